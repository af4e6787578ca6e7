//! The part "Import" of a resource's page, from the one example `import.sh`.

/// The import block and the command, for a script that ends with `terraform import ADDRESS ID`.
///
/// # Errors
/// The script has no such command.
pub(super) fn section(script: &str, path: &str) -> Result<String, String> {
    let (address, id) = target(script).ok_or_else(|| format!("{path} has no command `terraform import ADDRESS ID`"))?;
    Ok(format!(
        "\n## Import\n\n\
         An [`import` block](https://developer.hashicorp.com/terraform/language/import) takes over with the next apply what is \
         there already, and `terraform plan -generate-config-out=FILE` writes its configuration:\n\n\
         ```terraform\nimport {{\n  to = {address}\n  id = \"{id}\"\n}}\n```\n\n\
         The [`terraform import` command](https://developer.hashicorp.com/terraform/cli/commands/import) does so at once:\n\n\
         ```shell\n{}\n```\n",
        script.trim()
    ))
}

/// What is imported where: the two arguments of the command, whose lines may end with a backslash.
fn target(script: &str) -> Option<(&str, &str)> {
    let (_, arguments) = script.split_once("terraform import ")?;
    let mut words = arguments.split_whitespace().filter(|word| *word != "\\");
    let (address, id) = (words.next()?, words.next()?);
    Some((address, id.trim_matches(['"', '\''])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_names_what_the_command_imports() {
        let script = "# The id.\nterraform import a.b \\\n  '/subscriptions/s'\n";
        let section = section(script, "import.sh").unwrap_or_default();
        assert!(section.contains("to = a.b\n  id = \"/subscriptions/s\"\n"), "{section}");
        assert!(
            section.contains("```shell\n# The id.\nterraform import a.b"),
            "{section}"
        );
    }

    #[test]
    fn a_script_without_the_command_is_an_error_that_names_it() {
        assert!(section("terraform apply\n", "x/import.sh").is_err_and(|error| error.contains("x/import.sh")));
    }
}
