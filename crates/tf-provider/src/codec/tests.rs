#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::number::Number;
use crate::types::Type;

fn every_type() -> Type {
    Type::object([
        ("bool", Type::Bool),
        ("dynamic", Type::Dynamic),
        ("list", Type::list(Type::Number)),
        ("map", Type::map(Type::String)),
        ("number", Type::Number),
        ("set", Type::Set(Box::new(Type::String))),
        ("text", Type::String),
        ("tuple", Type::Tuple(vec![Type::Bool, Type::String])),
        ("unset", Type::String),
    ])
}

fn every_value() -> Value {
    let numbers = [
        Number::I64(-129),
        Number::I64(i64::MIN),
        Number::U64(u64::MAX),
        Number::F64(0.1),
        Number::Decimal("123456789012345678901234567890".to_owned()),
    ];
    Value::object([
        ("bool", Value::Bool(true)),
        (
            "dynamic",
            Value::Dynamic(Box::new((Type::list(Type::Bool), Value::List(vec![Value::Unknown])))),
        ),
        ("list", Value::List(numbers.into_iter().map(Value::Number).collect())),
        ("map", Value::Map(BTreeMap::from([("k".to_owned(), Value::from("v"))]))),
        ("number", Value::Unknown),
        (
            "set",
            Value::Set(vec![Value::Unknown, Value::Unknown, Value::from("a")]),
        ),
        ("text", Value::from("ü\u{301}".repeat(40_000))),
        ("tuple", Value::List(vec![Value::Null, Value::from("b")])),
        ("unset", Value::Null),
    ])
}

#[test]
fn every_kind_of_value_survives_the_way_through_msgpack() {
    let bytes = to_msgpack(&every_value(), &every_type()).unwrap();
    assert_eq!(from_msgpack(&bytes, &every_type()).unwrap(), every_value());
}

#[test]
fn the_bytes_are_those_that_terraform_writes() {
    let golden: [(Value, Type, &[u8]); 8] = [
        (Value::Null, Type::String, &[0xc0]),
        (Value::Unknown, Type::Number, &[0xd4, 0x00, 0x00]),
        (Value::Unknown, Type::Dynamic, &[0xd4, 0x00, 0x00]),
        (Value::from(5), Type::Number, &[0x05]),
        (Value::Number(Number::F64(2.0)), Type::Number, &[0x02]),
        (Value::Number(Number::F64(0.5)), Type::Number, b"\xa30.5"),
        (Value::from("a"), Type::Dynamic, b"\x92\xc4\x08\"string\"\xa1a"),
        (
            Value::Set(vec![Value::from(false)]),
            Type::Set(Box::new(Type::Bool)),
            &[0x91, 0xc2],
        ),
    ];
    for (value, of, bytes) in golden {
        assert_eq!(to_msgpack(&value, &of).unwrap(), bytes, "{value:?}");
    }
}

#[test]
fn every_extension_is_an_unknown_value() {
    // Refined: not null, with a prefix.
    let refined = [0xc7, 0x07, 0x0c, 0x82, 0x01, 0xc2, 0x02, 0xa2, b'h', b't'];
    for bytes in [
        &refined[..],
        &[0xd4, 0x00, 0x00],
        &[0xc8, 0x00, 0x01, 0x63, 0xff],
        &[0xd5, 0x0c, 0x80, 0x80],
    ] {
        assert_eq!(from_msgpack(bytes, &Type::String), Ok(Value::Unknown));
    }
}

#[test]
fn malformed_bytes_are_an_error_with_a_path() {
    let of = Type::object([("a", Type::list(Type::Bool))]);
    let error = from_msgpack(&[0x81, 0xa1, b'a', 0x92, 0xc3, 0xa1, b'x'], &of).unwrap_err();
    assert_eq!(error.to_string(), "a[1]: expected a bool, found a string");
    let cases: [&[u8]; 7] = [
        &[],
        &[0x81, 0xa1, b'a', 0xdd, 0xff, 0xff, 0xff, 0xff],
        &[0x81, 0xa1, 0xff, 0xc0],
        &[0x81, 0xa1, b'b', 0xc0],
        &[0x82, 0xa1, b'a', 0xc0, 0xa1, b'a', 0xc0],
        &[0x80, 0x00],
        &[0xc1],
    ];
    for bytes in cases {
        assert!(from_msgpack(bytes, &of).is_err(), "{bytes:02x?} was taken");
    }
}

#[test]
fn a_value_that_brings_its_own_type_cannot_nest_without_limit() {
    let mut bytes = Vec::new();
    for _ in 0..1_000_000 {
        bytes.extend(b"\x92\xc4\x09\"dynamic\"");
    }
    let error = from_msgpack(&bytes, &Type::Dynamic).unwrap_err();
    assert_eq!(error.to_string(), "nested deeper than 64 levels");
}

/// Fixed seed: a failure is repeatable. Half of the inputs are valid values with a few bytes changed, which get further.
#[test]
fn arbitrary_bytes_never_panic_and_what_decodes_encodes_again() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let Value::Object(mut small) = every_value() else {
        panic!("an object was made")
    };
    small.insert("text".into(), Value::from("short"));
    let valid = to_msgpack(&Value::Object(small), &every_type()).unwrap();
    let types = [
        every_type(),
        Type::Dynamic,
        Type::list(Type::Dynamic),
        Type::map(Type::Number),
    ];
    let mut decoded = 0;
    for round in 0..60_000 {
        let bytes = if round % 2 == 0 {
            let mut bytes = valid.clone();
            for _ in 0..=random() % 3 {
                let position = random() as usize % bytes.len();
                bytes[position] = random() as u8;
            }
            bytes
        } else {
            (0..random() % 24).map(|_| random() as u8).collect()
        };
        for of in &types {
            if let Ok(value) = from_msgpack(&bytes, of) {
                decoded += 1;
                let again = to_msgpack(&value, of).unwrap();
                let twice = from_msgpack(&again, of).unwrap();
                assert_eq!(to_msgpack(&twice, of).unwrap(), again);
            }
        }
    }
    assert!(
        decoded > 1000,
        "only {decoded} inputs decoded: the test no longer reaches the inside"
    );
}

#[test]
fn a_stored_state_loses_attributes_that_the_schema_no_longer_has() {
    let of = Type::object([("a", Type::Number), ("b", Type::String)]);
    let value = from_json(&json!({ "a": 18446744073709551615_u64, "gone": [1] }), &of).unwrap();
    assert_eq!(
        value,
        Value::object([("a", Value::Number(Number::U64(u64::MAX))), ("b", Value::Null)])
    );
    let error = from_json(&json!({ "b": {} }), &of).unwrap_err();
    assert_eq!(error.to_string(), "b: expected a string, found an object");
    let dynamic = from_json(&json!({ "type": ["tuple", ["bool"]], "value": [true] }), &Type::Dynamic).unwrap();
    assert_eq!(
        dynamic,
        Value::Dynamic(Box::new((
            Type::Tuple(vec![Type::Bool]),
            Value::List(vec![Value::Bool(true)])
        )))
    );
}
