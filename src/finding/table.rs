//! The table of checks that every room has.

/// Makes the checks of a room: one row is all that there is to know about a check.
macro_rules! table {
    ($($section:ident {$(
        $name:ident = $id:literal, $step:literal, $link:ident, $tier:ident, $basis:expr
        $(, carries [$($carried:ident),*])?
        $(, tells [$($told:ident),*])?
        $(, joins [$($from:ident => $to:ident),*])?
        $(, is [$($property:ident),*])?
        $(, warns [$($warn:literal),*])?
        $(, allows [$($allow:literal),*])?
        $(, fails [$($fail:literal),*])?
    ;)*})*) => {
        $($(
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
        )*)*

        $(
            /// The checks of this section, in the order in which they are made.
            #[allow(dead_code, reason = "some sections are read as a part of the table only")]
            pub(crate) static $section: [&$crate::finding::Check; [$($id),*].len()] = [$(&$name),*];
        )*

        /// The checks of this table, section by section.
        pub(crate) static TABLE: &[&[&$crate::finding::Check]] = &[$($section.as_slice()),*];
    };
}

pub(crate) use table;
