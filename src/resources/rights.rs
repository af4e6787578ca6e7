//! What a principal's roles allow it to do. Pure.
//!
//! Deny assignments and conditions are not looked at: what seems allowed may be refused all the same, and nothing that seems
//! forbidden is allowed by a role that was told of.

use crate::arm::authorization::Permission;

/// A role at a scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    scope: String,
    permissions: Vec<Permission>,
}

/// All that a principal was granted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rights(Vec<Grant>);

impl Grant {
    /// These permissions, on this resource, resource group, subscription or management group, and on all below it.
    pub fn new(scope: &str, permissions: Vec<Permission>) -> Self {
        Self {
            scope: scope.trim_end_matches('/').to_lowercase(),
            permissions,
        }
    }

    fn covers(&self, resource: &str) -> bool {
        // Assignments of management groups are only told for the subscriptions below them.
        if !self.scope.starts_with("/subscriptions/") {
            return true;
        }
        let rest = resource.strip_prefix(&self.scope);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Rights {
    /// The sum of these grants.
    pub fn new(grants: Vec<Grant>) -> Self {
        Self(grants)
    }

    /// Those of the actions that nothing allows on a resource.
    pub fn lacking<'a>(&self, resource: &str, actions: &'a [&'a str]) -> Vec<&'a str> {
        let resource = resource.trim_end_matches('/').to_lowercase();
        let granted = |action: &str| {
            let action = action.to_lowercase();
            let mut permissions = self
                .0
                .iter()
                .filter(|grant| grant.covers(&resource))
                .flat_map(|grant| &grant.permissions);
            permissions.any(|permission| allows(permission, &action))
        };
        actions.iter().copied().filter(|action| !granted(action)).collect()
    }
}

fn allows(permission: &Permission, action: &str) -> bool {
    let matches = |patterns: &[String]| {
        patterns.iter().any(|pattern| {
            let pattern = pattern.to_lowercase();
            // In built-in roles a star between slashes stands for nothing, too: `userAssignedIdentities/*/assign/action`.
            fits(&pattern, action) || fits(&pattern.replace("/*/", "/"), action)
        })
    };
    matches(&permission.actions) && !matches(&permission.not_actions)
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(begin) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        match left.find(part) {
            Some(found) => left = &left[found + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const GALLERY: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x";
    const WRITE: &str = "Microsoft.Compute/galleries/images/versions/write";

    fn role(actions: &[&str], not_actions: &[&str]) -> Permission {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Permission {
            actions: texts(actions),
            not_actions: texts(not_actions),
            ..Permission::default()
        }
    }

    fn lacks(scope: &str, permission: Permission) -> bool {
        let rights = Rights::new(vec![Grant::new(scope, vec![permission])]);
        !rights.lacking(GALLERY, &[WRITE]).is_empty()
    }

    #[test]
    fn a_role_counts_at_its_scope_and_below_in_any_spelling() {
        let all = || role(&["*"], &[]);
        for scope in [
            "/subscriptions/S",
            "/subscriptions/s/resourcegroups/G",
            GALLERY,
            "/",
            "/providers/Microsoft.Management/managementGroups/m",
        ] {
            assert!(!lacks(scope, all()), "{scope}");
        }
        for scope in [
            "/subscriptions/other",
            "/subscriptions/s/resourceGroups/gg",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/i",
        ] {
            assert!(lacks(scope, all()), "{scope}");
        }
    }

    #[test]
    fn stars_stand_for_any_text_and_exceptions_count_within_their_role_alone() {
        for pattern in [
            "*",
            "*/write",
            "Microsoft.Compute/*",
            "microsoft.compute/galleries/*/versions/*",
            WRITE,
        ] {
            assert!(!lacks("/", role(&[pattern], &[])), "{pattern}");
        }
        for pattern in [
            "*/read",
            "Microsoft.Storage/*",
            "Microsoft.Compute/galleries/images/versions/writer",
            "",
            "*/galleries/write",
        ] {
            assert!(lacks("/", role(&[pattern], &[])), "{pattern}");
        }
        assert!(lacks("/", role(&["*"], &["Microsoft.Compute/*/write"])));
        assert!(!lacks(
            "/",
            role(&["Microsoft.Compute/galleries/images/*/versions/write"], &[])
        ));
        let both = Rights::new(vec![
            Grant::new("/", vec![role(&["*"], &[WRITE])]),
            Grant::new(GALLERY, vec![role(&[WRITE], &[])]),
        ]);
        assert!(both.lacking(GALLERY, &[WRITE]).is_empty());
    }
}
