//! Paths of roles and of their assignments, which can stand behind any other resource's.

/// A role, an assignment, or the list of either at a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) kind: AuthorizationKind,
    /// What it is about, in the spelling of the request; empty for the whole tenant.
    pub(crate) scope: String,
    /// Absent in the path of a list.
    pub(crate) name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthorizationKind {
    RoleAssignment,
    RoleDefinition,
}

impl Authorization {
    /// Reads the path with these segments, and the same in lower case.
    pub(super) fn parse(segments: &[&str], words: &[&str]) -> Option<Self> {
        let (scope, rest) = match words {
            [.., "providers", "microsoft.authorization", _] => (words.len() - 3, 1),
            [.., "providers", "microsoft.authorization", _, _] => (words.len() - 4, 2),
            _ => return None,
        };
        let kind = match words[words.len() - rest] {
            "roleassignments" => AuthorizationKind::RoleAssignment,
            "roledefinitions" => AuthorizationKind::RoleDefinition,
            _ => return None,
        };
        let name = (rest == 2).then(|| segments[segments.len() - 1].to_owned());
        let scope = segments[..scope]
            .iter()
            .fold(String::new(), |path, segment| format!("{path}/{segment}"));
        Some(Self { kind, scope, name })
    }

    /// The subscription of the scope.
    pub(crate) fn subscription(&self) -> Option<&str> {
        let mut segments = self.scope.split('/').skip(1);
        segments
            .next()
            .filter(|word| word.eq_ignore_ascii_case("subscriptions"))?;
        segments.next()
    }
}

impl AuthorizationKind {
    /// The type as ARM spells it.
    pub(crate) fn resource_type(self) -> &'static str {
        match self {
            Self::RoleAssignment => "Microsoft.Authorization/roleAssignments",
            Self::RoleDefinition => "Microsoft.Authorization/roleDefinitions",
        }
    }
}
