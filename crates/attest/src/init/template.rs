//! The example configuration, block by block.

/// A text in blocks: what stands between empty lines.
pub(super) struct Blocks(Vec<Vec<String>>);

impl Blocks {
    pub(super) fn of(text: &str) -> Self {
        let lines = |block: &str| block.lines().map(str::to_owned).collect();
        Self(text.split("\n\n").map(lines).collect())
    }

    /// Switches the block with the line `name` on or off: its lines of TOML lose or get their `#`.
    /// A block that is as it should be stays as it is, with what is commented out in it.
    pub(super) fn switch(&mut self, name: &str, is_on: bool) {
        for block in &mut self.0 {
            let Some(line) = block.iter().find(|line| bare(line).starts_with(name)) else {
                continue;
            };
            if line.starts_with('#') != is_on {
                continue;
            }
            for line in block.iter_mut() {
                match (is_on, line.strip_prefix("# ")) {
                    (true, Some(own)) if is_toml(own) => *line = own.to_owned(),
                    (false, None) if is_toml(line) => *line = format!("# {line}"),
                    _ => {}
                }
            }
        }
    }

    /// Gives the member `name`, where it is switched on, another value. What is said beside the
    /// old value goes with it.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        for line in self.0.iter_mut().flatten() {
            let is_own = line.split_once(" = ").is_some_and(|(own, _)| own == name);
            if is_own {
                *line = format!("{name} = \"{value}\"");
            }
        }
    }

    pub(super) fn text(&self) -> String {
        let blocks: Vec<String> = self.0.iter().map(|block| block.join("\n")).collect();
        let mut text = blocks.join("\n\n");
        text.push('\n');
        text
    }
}

/// A line without the sign that comments it out.
fn bare(line: &str) -> &str {
    line.strip_prefix("# ").unwrap_or(line)
}

/// Whether a line is a table's name or a member, and no sentence.
fn is_toml(line: &str) -> bool {
    let named =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    line.starts_with('[') || line.split_once(" = ").is_some_and(|(name, _)| named(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A sentence about it = here.\n[one]\n# second = 2\nfirst = \"1\"  # why\n\n\
                        # [[two]]\n# kind = \"b\"\n";

    #[test]
    fn blocks_are_switched_without_touching_sentences_or_what_is_as_it_should_be() {
        let mut blocks = Blocks::of(TEXT);
        blocks.switch("[one]", true);
        blocks.switch("kind = \"b\"", false);
        assert_eq!(blocks.text(), TEXT);
        blocks.switch("[one]", false);
        blocks.switch("kind = \"b\"", true);
        assert_eq!(
            blocks.text(),
            "# A sentence about it = here.\n# [one]\n# second = 2\n# first = \"1\"  # why\n\n\
             [[two]]\nkind = \"b\"\n"
        );
    }

    #[test]
    fn a_value_is_set_where_its_block_is_on() {
        let mut blocks = Blocks::of(TEXT);
        blocks.set("first", "x");
        blocks.set("kind", "y");
        assert!(blocks.text().contains("\nfirst = \"x\"\n"));
        assert!(blocks.text().contains("# kind = \"b\"\n"));
    }
}
