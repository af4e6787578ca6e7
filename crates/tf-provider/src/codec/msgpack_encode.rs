//! Values to MessagePack.

use std::collections::BTreeMap;

use rmp::encode::{self, ByteBuf};

use super::{CodecError, UNSET};
use crate::attributes::Attributes;
use crate::number::Number;
use crate::path::Step;
use crate::types::Type;
use crate::value::{Name, Value};

/// The extension that stands for an unknown value without refinements.
const UNKNOWN: [u8; 3] = [0xd4, 0x00, 0x00];

/// The largest whole number up to which every whole float is exact.
const EXACT_WHOLE_FLOATS: f64 = 9_007_199_254_740_992.0;

/// The bytes of a value of this type.
pub(crate) fn to_msgpack(value: &Value, of: &Type) -> Result<Vec<u8>, CodecError> {
    let mut buffer = ByteBuf::new();
    write(&mut buffer, value, of)?;
    Ok(buffer.into_vec())
}

fn write(buffer: &mut ByteBuf, value: &Value, of: &Type) -> Result<(), CodecError> {
    match (of, value) {
        (_, Value::Null) => infallible(encode::write_nil(buffer).map_err(drop)),
        (_, Value::Unknown) => {
            buffer.as_mut_vec().extend(UNKNOWN);
            Ok(())
        }
        (Type::Dynamic, Value::Dynamic(inner)) => write_dynamic(buffer, &inner.1, &inner.0),
        (Type::Dynamic, value) => write_dynamic(buffer, value, &Type::of(value)),
        (_, Value::Dynamic(inner)) => write(buffer, &inner.1, of),
        (Type::Bool, Value::Bool(value)) => infallible(encode::write_bool(buffer, *value).map_err(drop)),
        (Type::String, Value::String(text)) => infallible(encode::write_str(buffer, text).map_err(drop)),
        (Type::Number, Value::Number(number)) => write_number(buffer, number),
        (Type::List(of), Value::List(elements)) | (Type::Set(of), Value::Set(elements)) => {
            write_elements(buffer, elements, elements.iter().map(|_| &**of))
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            write_elements(buffer, elements, types.iter())
        }
        (Type::Map(of), Value::Map(entries)) => {
            write_map_length(buffer, entries.len())?;
            for (key, value) in entries {
                infallible(encode::write_str(buffer, key).map_err(drop))?;
                write(buffer, value, of).map_err(|error| error.inside(Step::Key(key.clone())))?;
            }
            Ok(())
        }
        (Type::Object(types), Value::Object(attributes)) => write_object(buffer, types, attributes),
        (of, value) => Err(CodecError::mismatch(of.describe(), value.describe())),
    }
}

/// All attributes of the type, whether the value has them or not; what the type does not have is an error.
fn write_object(buffer: &mut ByteBuf, types: &BTreeMap<Name, Type>, attributes: &Attributes) -> Result<(), CodecError> {
    if let Some(name) = attributes.keys().find(|name| !types.contains_key(*name)) {
        return Err(CodecError::new(format!("there is no attribute {name:?}")));
    }
    write_map_length(buffer, types.len())?;
    let mut reader = attributes.in_order();
    for (name, of) in types {
        infallible(encode::write_str(buffer, name).map_err(drop))?;
        let value = reader.next(name).unwrap_or(&UNSET);
        write(buffer, value, of).map_err(|error| error.inside(Step::Attribute(name.to_string())))?;
    }
    Ok(())
}

fn write_elements<'t>(
    buffer: &mut ByteBuf,
    elements: &[Value],
    types: impl Iterator<Item = &'t Type>,
) -> Result<(), CodecError> {
    let length = length(elements.len())?;
    infallible(encode::write_array_len(buffer, length).map(drop).map_err(drop))?;
    for (index, (value, of)) in elements.iter().zip(types).enumerate() {
        write(buffer, value, of).map_err(|error| error.inside(Step::Index(index)))?;
    }
    Ok(())
}

fn write_dynamic(buffer: &mut ByteBuf, value: &Value, of: &Type) -> Result<(), CodecError> {
    infallible(encode::write_array_len(buffer, 2).map(drop).map_err(drop))?;
    infallible(encode::write_bin(buffer, of.to_json().to_string().as_bytes()).map_err(drop))?;
    write(buffer, value, of)
}

fn write_map_length(buffer: &mut ByteBuf, entries: usize) -> Result<(), CodecError> {
    let length = length(entries)?;
    infallible(encode::write_map_len(buffer, length).map(drop).map_err(drop))
}

/// Whole numbers as integers, everything else as its decimal digits: Terraform reads digits with its own precision, so that
/// 0.1 is the 0.1 that the user wrote and not the nearest float to it.
fn write_number(buffer: &mut ByteBuf, number: &Number) -> Result<(), CodecError> {
    match number {
        Number::I64(value) => infallible(encode::write_sint(buffer, *value).map(drop).map_err(drop)),
        Number::U64(value) => infallible(encode::write_uint(buffer, *value).map(drop).map_err(drop)),
        Number::F64(value) if !value.is_finite() => infallible(encode::write_f64(buffer, *value).map_err(drop)),
        Number::F64(value) if value.fract() == 0.0 && value.abs() < EXACT_WHOLE_FLOATS => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within the range just checked")]
            let whole = *value as i64;
            infallible(encode::write_sint(buffer, whole).map(drop).map_err(drop))
        }
        Number::F64(_) | Number::Decimal(_) => infallible(encode::write_str(buffer, &number.to_string()).map_err(drop)),
    }
}

fn length(elements: usize) -> Result<u32, CodecError> {
    u32::try_from(elements).map_err(|_| CodecError::new("too many elements for MessagePack"))
}

/// Writing to memory does not fail; the error is kept so that no panic stands here.
fn infallible(written: Result<(), ()>) -> Result<(), CodecError> {
    written.map_err(|()| CodecError::new("the value could not be written"))
}
