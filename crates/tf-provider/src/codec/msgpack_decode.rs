//! MessagePack to values. The input is not trusted: lengths are claims, nesting is limited, nothing panics.

use std::collections::BTreeMap;

use rmp::Marker;

use super::{CodecError, DEPTH_LIMIT, UNSET};
use crate::attributes::Attributes;
use crate::number::Number;
use crate::path::Step;
use crate::types::Type;
use crate::value::{Name, Value};

/// The value of this type that the bytes hold, and nothing after it.
pub(crate) fn from_msgpack(bytes: &[u8], of: &Type) -> Result<Value, CodecError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(of, 0)?;
    if reader.rest.is_empty() {
        Ok(value)
    } else {
        Err(CodecError::new(format!("{} bytes follow the value", reader.rest.len())))
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, of: &Type, depth: usize) -> Result<Value, CodecError> {
        if depth > DEPTH_LIMIT {
            return Err(CodecError::new(format!("nested deeper than {DEPTH_LIMIT} levels")));
        }
        let marker = self.marker()?;
        if marker == Marker::Null {
            return Ok(Value::Null);
        }
        // Every extension is an unknown value; what some say beside that (refinements) may be dropped.
        if let Some(length) = self.extension(marker)? {
            self.take(length)?;
            return Ok(Value::Unknown);
        }
        match of {
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                other => Err(mismatch(of, other)),
            },
            Type::String => self.text(marker, of).map(|text| Value::String(text.to_owned())),
            Type::Number => self.number(marker).map(Value::Number),
            Type::Dynamic => self.dynamic(marker, depth),
            Type::List(element) => self.elements(marker, of, depth, |_| Ok(element)).map(Value::List),
            Type::Set(element) => self.elements(marker, of, depth, |_| Ok(element)).map(Value::Set),
            Type::Tuple(types) => {
                let elements = self.elements(marker, of, depth, |index| {
                    types
                        .get(index)
                        .ok_or_else(|| CodecError::new("the tuple has more elements than its type"))
                })?;
                if elements.len() == types.len() {
                    Ok(Value::List(elements))
                } else {
                    Err(CodecError::new("the tuple has fewer elements than its type"))
                }
            }
            Type::Map(element) => self.map(marker, of, element, depth).map(Value::Map),
            Type::Object(types) => self.object(marker, of, types, depth).map(Value::Object),
        }
    }

    fn elements<'t>(
        &mut self,
        marker: Marker,
        of: &Type,
        depth: usize,
        element: impl Fn(usize) -> Result<&'t Type, CodecError>,
    ) -> Result<Vec<Value>, CodecError> {
        let length = match marker {
            Marker::FixArray(length) => usize::from(length),
            Marker::Array16 => usize::from(u16::from_be_bytes(self.array()?)),
            Marker::Array32 => self.length32()?,
            other => return Err(mismatch(of, other)),
        };
        // No reservation: an element takes at least one byte, so what grows is bounded by the input.
        let mut elements = Vec::new();
        for index in 0..length {
            let value = element(index).and_then(|of| self.value(of, depth + 1));
            elements.push(value.map_err(|error| error.inside(Step::Index(index)))?);
        }
        Ok(elements)
    }

    fn map(
        &mut self,
        marker: Marker,
        of: &Type,
        element: &Type,
        depth: usize,
    ) -> Result<BTreeMap<String, Value>, CodecError> {
        let mut entries = BTreeMap::new();
        for _ in 0..self.map_length(marker, of)? {
            let key = self.key()?;
            let step = || Step::Key(key.to_owned());
            let value = self.value(element, depth + 1).map_err(|error| error.inside(step()))?;
            if entries.insert(key.to_owned(), value).is_some() {
                return Err(CodecError::new("is there twice").inside(step()));
            }
        }
        Ok(entries)
    }

    fn object(
        &mut self,
        marker: Marker,
        of: &Type,
        types: &BTreeMap<Name, Type>,
        depth: usize,
    ) -> Result<Attributes, CodecError> {
        let length = self.map_length(marker, of)?;
        let mut attributes = Attributes::with_capacity(types.len());
        // Terraform writes the attributes in the order of their names.
        let mut next = types.iter();
        for _ in 0..length {
            let key = self.key()?;
            let found = next.next().filter(|(name, _)| **name == key);
            let found = found.or_else(|| types.get_key_value(key));
            let (name, of) = found.ok_or_else(|| CodecError::new(format!("there is no attribute {key:?}")))?;
            let step = || Step::Attribute(key.to_owned());
            let value = self.value(of, depth + 1).map_err(|error| error.inside(step()))?;
            if attributes.insert(name.clone(), value).is_some() {
                return Err(CodecError::new("is there twice").inside(step()));
            }
        }
        for name in types.keys() {
            if attributes.len() < types.len() && !attributes.contains_key(name) {
                attributes.insert(name.clone(), UNSET);
            }
        }
        Ok(attributes)
    }

    fn map_length(&mut self, marker: Marker, of: &Type) -> Result<usize, CodecError> {
        match marker {
            Marker::FixMap(length) => Ok(usize::from(length)),
            Marker::Map16 => Ok(usize::from(u16::from_be_bytes(self.array()?))),
            Marker::Map32 => self.length32(),
            other => Err(mismatch(of, other)),
        }
    }

    fn key(&mut self) -> Result<&'a str, CodecError> {
        let marker = self.marker()?;
        self.text(marker, &Type::String)
    }

    /// `[type as JSON, value]`
    fn dynamic(&mut self, marker: Marker, depth: usize) -> Result<Value, CodecError> {
        if marker != Marker::FixArray(2) {
            return Err(mismatch(&Type::Dynamic, marker));
        }
        let marker = self.marker()?;
        let spelling = match marker {
            Marker::Bin8 => {
                let length = usize::from(self.byte()?);
                self.take(length)?
            }
            Marker::Bin16 => {
                let length = usize::from(u16::from_be_bytes(self.array()?));
                self.take(length)?
            }
            Marker::Bin32 => {
                let length = self.length32()?;
                self.take(length)?
            }
            marker => self.text(marker, &Type::String)?.as_bytes(),
        };
        let of = serde_json::from_slice(spelling)
            .ok()
            .and_then(|json| Type::from_json(&json))
            .ok_or_else(|| CodecError::new("a dynamic value's type is malformed"))?;
        let value = self.value(&of, depth + 1)?;
        Ok(Value::Dynamic(Box::new((of, value))))
    }

    fn number(&mut self, marker: Marker) -> Result<Number, CodecError> {
        Ok(match marker {
            Marker::FixPos(value) => Number::I64(i64::from(value)),
            Marker::FixNeg(value) => Number::I64(i64::from(value)),
            Marker::U8 => Number::I64(i64::from(self.byte()?)),
            Marker::U16 => Number::I64(i64::from(u16::from_be_bytes(self.array()?))),
            Marker::U32 => Number::I64(i64::from(u32::from_be_bytes(self.array()?))),
            Marker::U64 => {
                let value = u64::from_be_bytes(self.array()?);
                i64::try_from(value).map_or(Number::U64(value), Number::I64)
            }
            Marker::I8 => Number::I64(i64::from(i8::from_be_bytes(self.array()?))),
            Marker::I16 => Number::I64(i64::from(i16::from_be_bytes(self.array()?))),
            Marker::I32 => Number::I64(i64::from(i32::from_be_bytes(self.array()?))),
            Marker::I64 => Number::I64(i64::from_be_bytes(self.array()?)),
            Marker::F32 => Number::F64(f64::from(f32::from_be_bytes(self.array()?))),
            Marker::F64 => Number::F64(f64::from_be_bytes(self.array()?)),
            marker => {
                let text = self.text(marker, &Type::Number)?;
                Number::parse(text).ok_or_else(|| CodecError::new("expected a number, found other text"))?
            }
        })
    }

    fn text(&mut self, marker: Marker, of: &Type) -> Result<&'a str, CodecError> {
        let length = match marker {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => usize::from(self.byte()?),
            Marker::Str16 => usize::from(u16::from_be_bytes(self.array()?)),
            Marker::Str32 => self.length32()?,
            other => return Err(mismatch(of, other)),
        };
        str::from_utf8(self.take(length)?).map_err(|_| CodecError::new("the text is not UTF-8"))
    }

    /// The number of payload bytes, when the marker is that of an extension.
    fn extension(&mut self, marker: Marker) -> Result<Option<usize>, CodecError> {
        let payload = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => usize::from(self.byte()?),
            Marker::Ext16 => usize::from(u16::from_be_bytes(self.array()?)),
            Marker::Ext32 => self.length32()?,
            _ => return Ok(None),
        };
        // The extension's type precedes its payload.
        Ok(Some(payload + 1))
    }

    fn marker(&mut self) -> Result<Marker, CodecError> {
        self.byte().map(Marker::from_u8)
    }

    fn byte(&mut self) -> Result<u8, CodecError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn length32(&mut self) -> Result<usize, CodecError> {
        usize::try_from(u32::from_be_bytes(self.array()?)).map_err(|_| truncated())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

fn truncated() -> CodecError {
    CodecError::new("the value ends in the middle")
}

fn mismatch(of: &Type, found: Marker) -> CodecError {
    let found = match found {
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::Reserved => "a reserved byte",
        _ => "a number",
    };
    CodecError::mismatch(of.describe(), found)
}
