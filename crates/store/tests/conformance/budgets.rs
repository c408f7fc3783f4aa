//! The row in which the nodes that ask one directory meet.

use futures::future::join_all;

use crate::harness::both;

both! {
    /// Each adds one to what it read; a change that another one's was mixed with would be lost.
    async fn changes_follow_one_another_and_so_does_their_time(test: &TestDb) {
        let other = test.second().await;
        let add = |now: i64, state: Option<String>| {
            let mut times: Vec<i64> = state.map_or_else(Vec::new, |state| serde_json::from_str(&state).unwrap());
            times.push(now);
            (serde_json::to_string(&times).unwrap(), times)
        };
        let node = |db: store::Db| async move {
            let mut seen = Vec::new();
            for _ in 0..20 {
                seen.push(db.budgets().change("a directory", add).await.unwrap());
            }
            seen
        };
        let seen = join_all([node(test.db.clone()), node(other.clone())]).await.concat();
        let longest = seen.into_iter().max_by_key(Vec::len).unwrap();
        assert_eq!(longest.len(), 40);
        assert!(longest.is_sorted(), "{longest:?}");
        other.close().await;
    }

    async fn directories_have_nothing_to_do_with_one_another(test: &TestDb) {
        let put = |text: &'static str| move |_, state: Option<String>| (text.to_owned(), state);
        assert_eq!(test.db.budgets().change("one", put("first")).await.unwrap(), None);
        assert_eq!(test.db.budgets().change("two", put("second")).await.unwrap(), None);
        assert_eq!(test.db.budgets().change("one", put("third")).await.unwrap().as_deref(), Some("first"));
    }
}
