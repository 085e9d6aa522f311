//! What stands in an object or an array of a document that is known to be JSON.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::reader::{Fault, RAW, Reader};

pub(super) const ONE_MEMBER: &str = "invalid type: map, expected an object with one member";

/// What stands in an object or an array.
pub(super) struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    end: u8,
    next: Next,
}

enum Next {
    First,
    Further,
    Nothing,
}

impl<'a, 'de> Items<'a, 'de> {
    /// Those up to `end`, where `reader` stands behind the bracket that opens them.
    pub(super) const fn new(reader: &'a mut Reader<'de>, end: u8) -> Self {
        Self { reader, end, next: Next::First }
    }

    /// Whether the reader stands on a further item; past the end when there is none.
    pub(super) fn next(&mut self) -> bool {
        let is_end = match self.next {
            Next::First => self.reader.eat(self.end),
            Next::Further => !self.reader.eat(b',') && self.reader.eat(self.end),
            Next::Nothing => return false,
        };
        if is_end {
            self.reader.leave();
        }
        self.next = if is_end { Next::Nothing } else { Next::Further };
        !is_end
    }
}

impl<'de> Items<'_, 'de> {
    /// The value of the only member.
    fn only<T>(mut self, value: T) -> Result<T, Fault> {
        match self.next() {
            true => Err(Fault(ONE_MEMBER.to_owned())),
            false => Ok(value),
        }
    }

    fn name(&mut self) -> Result<Option<Name<'de>>, Fault> {
        if !self.next() {
            return Ok(None);
        }
        self.reader.peek();
        let name = self.reader.string()?;
        self.reader.eat(b':');
        Ok(Some(Name(name)))
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.name()?.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        match self.next() {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }
}

impl<'de> EnumAccess<'de> for Items<'_, 'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), Fault> {
        let name = self.name()?.ok_or_else(|| Fault(ONE_MEMBER.to_owned()))?;
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Items<'_, 'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.newtype_variant_seed(PhantomData)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        let value = seed.deserialize(&mut *self.reader)?;
        self.only(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        let value = self.reader.deserialize_seq(visitor)?;
        self.only(value)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let value = self.reader.deserialize_map(visitor)?;
        self.only(value)
    }
}

/// The name of a member.
struct Name<'de>(Cow<'de, str>);

impl Name<'_> {
    /// The number that it is, in a map whose names are numbers.
    fn number(&self) -> Result<u64, Fault> {
        let are_digits = self.0.bytes().all(|byte| byte.is_ascii_digit());
        let number = are_digits.then(|| serde_json::from_str(&self.0).ok()).flatten();
        let wrong = || Fault("invalid value: expected key to be a number in quotes".to_owned());
        number.ok_or_else(wrong)
    }
}

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Cow::Borrowed(name) => visitor.visit_borrowed_str(name),
            Cow::Owned(name) => visitor.visit_string(name),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(&self.0)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u64(self.number()?)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u64(self.number()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u64(self.number()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u64(self.number()?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(StrDeserializer::new(&self.0))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

/// A value's text, in the shape in which [`serde_json::value::RawValue`] takes it: one member, named [`RAW`].
pub(super) struct Raw<'de>(pub(super) &'de str);

impl<'de> MapAccess<'de> for Raw<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        seed.deserialize(StrDeserializer::new(RAW)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(BorrowedStrDeserializer::new(self.0))
    }
}
