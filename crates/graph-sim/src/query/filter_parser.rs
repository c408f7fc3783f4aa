//! Reads `$filter` expressions.

use serde_json::{Number, Value};

use super::filter::{Comparison, Expression};
use crate::errors::GraphError;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    Colon,
    Text(String),
    Word(String),
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

type Parsed = Result<Expression, GraphError>;

pub(super) fn parse(text: &str) -> Parsed {
    let mut parser = Parser { tokens: tokens(text)?, next: 0 };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(syntax(&format!("{token:?} is not expected here"))),
    }
}

fn syntax(problem: &str) -> GraphError {
    GraphError::bad_request(format!("Invalid filter clause: {problem}."))
}

fn tokens(text: &str) -> Result<Vec<Token>, GraphError> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            // A colon inside a word belongs to a time of day; after a lambda's variable it stands alone.
            ':' => tokens.push(Token::Colon),
            '\'' => {
                let mut literal = String::new();
                loop {
                    match characters.next() {
                        Some('\'') if characters.peek() == Some(&'\'') => {
                            characters.next();
                            literal.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => literal.push(other),
                        None => return Err(syntax("an unterminated text")),
                    }
                }
                tokens.push(Token::Text(literal));
            }
            _ if character.is_whitespace() => {}
            _ => {
                let mut word = String::from(character);
                let starts_with_digit = character.is_ascii_digit();
                while let Some(next) = characters.peek() {
                    let ends = matches!(next, '(' | ')' | ',' | '\'')
                        || next.is_whitespace()
                        || (*next == ':' && !starts_with_digit);
                    if ends {
                        break;
                    }
                    word.push(*next);
                    characters.next();
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token) -> Result<(), GraphError> {
        match self.take() {
            Some(next) if next == *token => Ok(()),
            other => Err(syntax(&format!("{token:?} expected, {other:?} found"))),
        }
    }

    fn or(&mut self) -> Parsed {
        let mut left = self.and()?;
        while self.take_word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed {
        let mut left = self.not()?;
        while self.take_word("and") {
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed {
        if self.take_word("not") {
            return Ok(Expression::Not(Box::new(self.not()?)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.operand()?;
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return Ok(left);
        };
        let comparison = match word.to_lowercase().as_str() {
            "eq" => Comparison::Equal,
            "ne" => Comparison::NotEqual,
            "gt" => Comparison::Greater,
            "ge" => Comparison::GreaterOrEqual,
            "lt" => Comparison::Less,
            "le" => Comparison::LessOrEqual,
            "in" => {
                self.next += 1;
                self.expect(&Token::Open)?;
                return Ok(Expression::In(Box::new(left), self.arguments()?));
            }
            _ => return Ok(left),
        };
        self.next += 1;
        Ok(Expression::Compare(comparison, Box::new(left), Box::new(self.operand()?)))
    }

    fn operand(&mut self) -> Parsed {
        match self.take() {
            Some(Token::Open) => {
                let inner = self.or()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Text(text)) => Ok(Expression::Literal(Value::String(text))),
            Some(Token::Word(word)) if self.peek() == Some(&Token::Open) => self.call(&word),
            Some(Token::Word(word)) => word_operand(word),
            other => Err(syntax(&format!("an operand expected, {other:?} found"))),
        }
    }

    fn call(&mut self, name: &str) -> Parsed {
        self.expect(&Token::Open)?;
        let lambda = name
            .strip_suffix("/any")
            .map(|path| (path, false))
            .or_else(|| name.strip_suffix("/all").map(|path| (path, true)));
        let Some((path, all)) = lambda else {
            let name = name.to_lowercase();
            if !["startswith", "endswith", "contains", "isof"].contains(&name.as_str()) {
                return Err(syntax(&format!("the function {name} is not known")));
            }
            return Ok(Expression::Call(name, self.arguments()?));
        };
        let Some(Token::Word(variable)) = self.take() else {
            return Err(syntax("a lambda without a variable"));
        };
        self.expect(&Token::Colon)?;
        let condition = Box::new(self.or()?);
        self.expect(&Token::Close)?;
        let path = segments(path);
        Ok(Expression::Any { path, variable, condition, all })
    }

    /// Arguments up to and with the closing parenthesis.
    fn arguments(&mut self) -> Result<Vec<Expression>, GraphError> {
        let mut arguments = vec![self.or()?];
        loop {
            match self.take() {
                Some(Token::Comma) => arguments.push(self.or()?),
                Some(Token::Close) => return Ok(arguments),
                other => return Err(syntax(&format!("a list expected, {other:?} found"))),
            }
        }
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

/// A word is a literal when it can be one, else a path.
fn word_operand(word: String) -> Parsed {
    let lower = word.to_lowercase();
    let literal = match lower.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "and" | "or" | "in" => {
            return Err(syntax(&format!("an operand expected, '{word}' found")));
        }
        _ => match word.parse::<Number>() {
            Ok(number) => Value::Number(number),
            // Dates and GUIDs stand without quotes.
            Err(_) if word.starts_with(|first: char| first.is_ascii_digit()) || is_guid(&word) => Value::String(word),
            Err(_) => return Ok(Expression::Path(segments(&word))),
        },
    };
    Ok(Expression::Literal(literal))
}

fn is_guid(word: &str) -> bool {
    word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
