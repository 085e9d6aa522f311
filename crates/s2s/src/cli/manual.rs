//! The manual pages, and what completes the command line in a shell.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::arguments::Arguments;
use super::new_file;
use super::problem::Problem;

const NAME: &str = "s2s";

/// A script that completes the command line.
pub(super) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Writes a page for s2s, and one for each of its commands that is shown.
pub(super) fn write(folder: &Path) -> Result<(), Problem> {
    let pages = pages()?;
    let named = || pages.iter().map(|(name, page)| (folder.join(name), page));
    for (path, _) in named() {
        new_file::is_free(&path)?;
    }
    for (path, page) in named() {
        new_file::write(&path, page)?;
    }
    Ok(())
}

/// Each page with the name of its file.
fn pages() -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    page(&command, &mut pages)?;
    Ok(pages)
}

fn page(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Problem> {
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    man.render(&mut text).map_err(|error| Problem::io("error.write", NAME, &error))?;
    pages.push((man.get_filename(), text));
    let shown = |command: &&Command| !command.is_hide_set();
    command.get_subcommands().filter(shown).try_for_each(|command| page(command, pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_that_is_shown_has_a_page_and_no_other() {
        let pages = pages().unwrap();
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for command in ["s2s", "s2s-verify", "s2s-policy", "s2s-policy-list", "s2s-roots"] {
            assert!(names.contains(&format!("{command}.1").as_str()), "{command}: {names:?}");
        }
        for hidden in ["tuf", "verify-bundle", "help"] {
            assert!(!names.iter().any(|name| name.contains(hidden)), "{hidden}: {names:?}");
        }
        for (name, text) in &pages {
            let text = String::from_utf8_lossy(text);
            assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{name}");
        }
    }

    #[test]
    fn each_shell_has_a_script_that_names_the_commands() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = completions(shell);
            for word in ["verify", "roots", "completions", "deny-warnings"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
