//! The table of checks that every room has.

/// Makes the checks of a room: one row is all that there is to know about a check.
macro_rules! table {
    ($(
        $name:ident = $id:literal, $step:literal, $link:ident, $tier:ident, $basis:expr
        $(, carries [$($carried:ident),*])?
        $(, tells [$($told:ident),*])?
        $(, joins [$($from:ident => $to:ident),*])?
        $(, is [$($property:ident),*])?
        $(, warns [$($warn:literal),*])?
        $(, allows [$($allow:literal),*])?
        $(, fails [$($fail:literal),*])?
    ;)*) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub static $name: $crate::finding::Check = $crate::finding::Check {
                id: $id,
                step: $step,
                link: $crate::finding::LinkId::$link,
                tier: $crate::finding::Tier::$tier,
                basis: $basis,
                carries: &[$($($crate::finding::LinkId::$carried),*)?],
                tells: &[$($($crate::finding::LinkId::$told),*)?],
                joins: &[$($((
                    $crate::finding::LinkId::$from,
                    $crate::finding::LinkId::$to,
                )),*)?],
                properties: &[$($($crate::finding::Property::$property),*)?],
                warns: &[$($($warn),*)?],
                allows: &[$($($allow),*)?],
                fails: &[$($($fail),*)?],
            };
        )*

        /// The checks of this file, in order.
        pub(crate) static GROUP: &[&$crate::finding::Check] = &[$(&$name),*];
    };
}

pub(crate) use table;
