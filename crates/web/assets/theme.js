// Sets the theme a person chose before anything is painted. Without a choice the system's theme holds.
{
  let chosen = null;
  try { chosen = localStorage.getItem('theme'); } catch { /* storage is switched off */ }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}
