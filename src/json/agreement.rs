//! The reader agrees with serde_json's own, type by type.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::items::ONE_MEMBER;
use super::reader::Reader;

const DOCUMENTS: [&str; 14] = [
    "null",
    " true ",
    "-0",
    "[0, -1, 18446744073709551615, 18446744073709551616, 1.5e-3, 1E2]",
    r#""plain""#,
    r#""\"\\\/\u00e9\ud83d\ude00 \n""#,
    r#"["\\", "\\\"", "a,b]}", ""]"#,
    "{}",
    "[ ]",
    r#"{"a":{"b":[{"c":null},[[]],{}]},"d":"]"}"#,
    "{\n\t\"a\" : 1 ,\r\n \"b\" :[ true , false ] }",
    r#"{"\u0061":"\u0000"}"#,
    r#"{"é":"ü","":[""]}"#,
    "[[[[[[[[[[1]]]]]]]]]]",
];

fn own<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    T::deserialize(&mut Reader::new(json)).map_err(|fault| fault.to_string())
}

/// What serde_json's own reader gives, without the place.
fn other<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    serde_json::from_str(json)
        .map_err(|error| error.to_string().split(" at line ").next().unwrap_or_default().to_owned())
}

fn agree<'a, T: Deserialize<'a> + PartialEq + Debug>(json: &'a str) {
    assert_eq!(own::<T>(json), other::<T>(json), "{json} as {}", std::any::type_name::<T>());
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Rule {
    Any,
    OneOf(Vec<u8>),
    Named { a: u8 },
    Two(u8, u8),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Strict<'a> {
    a: u8,
    #[serde(borrow, default)]
    b: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Either {
    Number(i64),
    Text(String),
    Members { c: Vec<bool> },
}

#[derive(Debug, Deserialize, PartialEq)]
struct Flat {
    a: Option<i32>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[test]
fn each_document_says_what_serde_json_says_of_it() {
    for json in DOCUMENTS {
        agree::<Value>(json);
        agree::<Option<Value>>(json);
        agree::<Either>(json);
        agree::<BTreeMap<String, Value>>(json);
        agree::<String>(json);
        agree::<bool>(json);
        agree::<f64>(json);
        agree::<u8>(json);
        agree::<i16>(json);
        agree::<Vec<Value>>(json);
        agree::<()>(json);
    }
}

#[test]
fn each_type_takes_and_refuses_what_it_does_from_serde_json() {
    for json in [
        r#""any""#,
        r#""other""#,
        r#"{"one-of":[1,2]}"#,
        r#"{"one-of":[256]}"#,
        r#"{"named":{"a":1}}"#,
        r#"{"two":[1,2]}"#,
        r#"{"two":[1]}"#,
        r#"{"any":null}"#,
    ] {
        agree::<Rule>(json);
    }
    for json in [
        r#"{"a":1}"#,
        r#"{"a":1,"b":null}"#,
        r#"{"b":"x\n","a":2}"#,
        r#"{"a":-1}"#,
        r#"{"a":300}"#,
        r#"{"a":"1"}"#,
        r#"{"a":1.5}"#,
        r#"{"a":1,"c":2}"#,
        r#"{"b":"x"}"#,
        r#"{"a":null}"#,
        "{}",
        "3",
    ] {
        agree::<Strict<'_>>(json);
    }
    for json in [r#"{"c":[true]}"#, r#"{"a":1,"z":[1,{"y":"x"}]}"#, r#"{"a":null}"#, r#"{"a":"x"}"#]
    {
        agree::<Either>(json);
        agree::<Flat>(json);
    }
    for json in [r#"{"1":"a","255":"b"}"#, r#"{"256":""}"#, r#"{"x":""}"#] {
        agree::<BTreeMap<u8, String>>(json);
        agree::<BTreeMap<u16, String>>(json);
        agree::<BTreeMap<u64, String>>(json);
    }
    for json in [r#"{"01":""}"#, r#"{"-1":""}"#, r#"{" 1":""}"#, r#"{"1.0":""}"#] {
        assert!(own::<BTreeMap<u8, String>>(json).is_err(), "{json}");
        assert!(other::<BTreeMap<u8, String>>(json).is_err(), "{json}");
    }
    for json in ["[1,2]", "[1]", "[]", "[1,2,3]"] {
        assert_eq!(own::<(u8, u8)>(json).is_ok(), other::<(u8, u8)>(json).is_ok(), "{json}");
    }
}

#[test]
fn a_raw_value_is_its_text() {
    for json in DOCUMENTS {
        let whole = own::<&RawValue>(json).unwrap();
        assert_eq!(whole.get(), json.trim());
        let listed = format!("[ {json} ,{json}]");
        let items: Vec<Box<RawValue>> = own(&listed).unwrap();
        assert_eq!(items.iter().map(|item| item.get()).collect::<Vec<_>>(), [json.trim(); 2]);
    }
}

/// serde_json takes the members of a struct from an array, in the order of the source.
#[test]
fn no_struct_is_read_from_an_array() {
    assert!(other::<Strict<'_>>("[1,null]").is_ok());
    assert_eq!(
        own::<Strict<'_>>("[1,null]").unwrap_err(),
        "invalid type: sequence, expected struct Strict"
    );
}

#[test]
fn an_object_of_two_members_is_no_variant() {
    assert_eq!(own::<Rule>(r#"{"one-of":[1],"any":null}"#), Err(ONE_MEMBER.to_owned()));
    assert_eq!(own::<Rule>("{}"), Err(ONE_MEMBER.to_owned()));
}

/// Whoever hands over bytes that serde_json refuses gets an error and no panic.
#[test]
fn text_that_is_no_json_is_no_panic() {
    for json in DOCUMENTS {
        for end in (0..json.len()).filter(|end| json.is_char_boundary(*end)) {
            _ = own::<Value>(&json[..end]);
            _ = own::<&RawValue>(&json[..end]);
            _ = own::<Flat>(&json[end..]);
        }
    }
}

#[test]
fn depth_is_limited_as_serde_json_limits_it() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    for depth in [1, 126, 127, 128, 129, 100_000] {
        for json in [nested(depth), objects(depth), format!("[[1],{}]", nested(depth))] {
            agree::<Value>(&json);
            assert_eq!(
                super::read::<Value>(json.as_bytes()).is_some(),
                other::<Value>(&json).is_ok()
            );
        }
    }
}
