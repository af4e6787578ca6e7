#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Map, Value, json};

use super::*;

fn reading(document: &Value) -> Result<Reading, DeploymentError> {
    read(document.to_string().as_bytes(), &Map::new())
}

/// A deployment of one template that has `value` as a tag.
fn deployment(parameters: &Value, variables: &Value, value: &str) -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "parameters": parameters,
        "variables": variables,
        "resources": [{
            "type": "Microsoft.VirtualMachineImages/imageTemplates",
            "apiVersion": "2024-02-01",
            "name": "base",
            "tags": { "value": value },
        }],
    })
}

/// What the tag comes to, references in braces.
fn tag(parameters: &Value, variables: &Value, value: &str) -> Result<String, DeploymentError> {
    let reading = reading(&deployment(parameters, variables, value))?;
    let found = reading.templates[0].body["tags"]["value"].clone();
    let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    let pieces = reading.openings.pieces(&text);
    let shown = pieces.iter().map(|piece| match piece {
        term::Piece::Literal(text) => (*text).to_owned(),
        term::Piece::Reference(formula) => format!("{{{formula:?}}}"),
    });
    Ok(shown.collect())
}

#[test]
fn expressions_are_computed_as_far_as_the_template_knows() {
    let parameters = || json!({ "Name": { "type": "string", "defaultValue": "n" }, "count": { "type": "int" } });
    let variables = || {
        json!({
            "full": "[concat(variables('parts').list[1], '-', parameters('name'))]",
            "parts": { "list": ["a", "[toLower('B')]"] },
            "copy": [{ "name": "made", "count": 3, "input": "[concat('m', copyIndex('made', 1))]" }],
        })
    };
    for (expression, comes_to) in [
        ("plain", "plain"),
        ("[[literal]", "[literal]"),
        ("[variables('FULL')]", "b-{Variable(\"name\")}"),
        ("[join(variables('made'), ',')]", "m1,m2,m3"),
        (
            "[format('{0}/{1}', parameters('count'), 2)]",
            "{Variable(\"p_count\")}/2",
        ),
        (
            "[toUpper(concat(parameters('name'), 'x'))]",
            "{Upper(\"\\u{fdd0}0\\u{fdd0}x\")}",
        ),
        (
            "[resourceId('Microsoft.Compute/galleries/images', 'g', 'i')]",
            "/subscriptions/{Variable(\"subscription_id\")}/resourceGroups/{Variable(\"resource_group_name\")}\
             /providers/Microsoft.Compute/galleries/g/images/i",
        ),
        (
            "[resourceId('other', 'Microsoft.Compute/images', 'i')]",
            "/subscriptions/{Variable(\"subscription_id\")}/resourceGroups/other/providers/Microsoft.Compute/images/i",
        ),
        ("[resourceGroup().location]", "{Variable(\"location\")}"),
        ("[uniqueString(resourceGroup().id)]", "{Variable(\"unique_string\")}"),
        ("[reference('x').properties.y]", "{Variable(\"value\")}"),
        ("[if(equals(parameters('name'), 'n'), 'yes', 'no')]", "yes"),
    ] {
        assert_eq!(
            tag(&parameters(), &variables(), expression).as_deref(),
            Ok(comes_to),
            "{expression}"
        );
    }
}

#[test]
fn what_was_given_takes_the_place_of_parameters_and_of_the_deployment() {
    let text = deployment(
        &json!({ "imageName": { "type": "string" } }),
        &json!({}),
        "[concat(parameters('imageName'), resourceGroup().location)]",
    );
    let given = json!({ "image_name": "i", "location": "westus2", "resource_group_name": "g" });
    let reading = read(text.to_string().as_bytes(), given.as_object().unwrap()).unwrap();
    assert_eq!(reading.templates[0].body["tags"]["value"], "iwestus2");
    assert_eq!(reading.templates[0].resource_group.as_deref(), Some("g"));
}

#[test]
fn a_value_that_nothing_asks_for_is_remarked_and_none_is_no_value() {
    let parameters = json!({ "imageName": { "type": "string", "defaultValue": "i" } });
    let text = deployment(&parameters, &json!({}), "[parameters('imageName')]").to_string();
    let given = json!({ "imageNam": "x", "IMAGENAME": null, "location": "westus2" });
    let reading = read(text.as_bytes(), given.as_object().unwrap()).unwrap();
    let value = &reading.templates[0].body["tags"]["value"];
    assert_eq!(reading.openings.closed(value), Ok(json!("i")));
    let paths: Vec<&str> = reading.remarks.iter().map(|remark| remark.path.as_str()).collect();
    assert_eq!(paths, ["imageNam"]);
}

#[test]
fn errors_name_the_place_and_the_bad_value() {
    for (variables, expression, kind, says) in [
        (
            json!({}),
            "[variables('x')]",
            DeploymentErrorKind::Expression,
            "resources[0].tags.value: the template has no variable \"x\"",
        ),
        (
            json!({}),
            "[concat('a']",
            DeploymentErrorKind::Expression,
            "cannot be read",
        ),
        (
            json!({ "a": "[variables('b')]", "b": "[variables('a')]" }),
            "[variables('a')]",
            DeploymentErrorKind::Cycle,
            "variables.a and variables.b need each other",
        ),
        (
            json!({ "a": {} }),
            "[variables('a').b]",
            DeploymentErrorKind::Expression,
            "has no part \"b\"",
        ),
        (
            json!({}),
            "[copyIndex()]",
            DeploymentErrorKind::Expression,
            "outside of a loop",
        ),
    ] {
        let error = tag(&json!({}), &variables, expression).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn functions_never_lose_what_is_open_in_their_arguments() {
    let parameters = json!({
        "number": { "type": "int", "defaultValue": 7 },
        "form": { "type": "string", "defaultValue": "{0}!" },
        "name": { "type": "string", "defaultValue": "n" },
    });
    let variables = json!({ "a": { "x": { "k": "1" }, "y": [1] }, "b": { "x": { "l": "2" }, "y": [2] } });
    for (expression, comes_to) in [
        ("[format('{0:D4}', parameters('number'))]", "0007"),
        ("[format(parameters('form'), parameters('name'))]", "n!"),
        (
            "[format('https://{0}:{1}/', parameters('name'), 2)]",
            "https://{Variable(\"name\")}:2/",
        ),
        (
            "[string(union(variables('a'), variables('b')))]",
            "{\"x\":{\"k\":\"1\",\"l\":\"2\"},\"y\":[2]}",
        ),
    ] {
        assert_eq!(
            tag(&parameters, &variables, expression).as_deref(),
            Ok(comes_to),
            "{expression}"
        );
    }
}

#[test]
fn each_parameter_has_a_variable_of_its_own_that_terraform_takes() {
    let text = |value: &str| json!({ "type": "string", "defaultValue": value });
    let parameters = json!({ "fooBar": text("1"), "foo_bar": text("2"), "foo_bar_2": text("3"), "Version": text("4"), "count": text("5") });
    let expression = "[concat(parameters('fooBar'), parameters('foo_bar'), parameters('foo_bar_2'), parameters('version'), \
                      parameters('count'))]";
    let reading = reading(&deployment(&parameters, &json!({}), expression)).unwrap();
    let closed = reading.openings.closed(&reading.templates[0].body["tags"]["value"]);
    assert_eq!(closed, Ok(json!("12345")));
    let names: Vec<&str> = reading
        .openings
        .variables()
        .map(|variable| variable.name.as_str())
        .collect();
    assert!(!names.contains(&"version") && !names.contains(&"count"), "{names:?}");
}

#[test]
fn variables_that_need_too_many_others_end_with_an_error() {
    let mut variables = json!({ "v20000": "end" });
    for level in 0..20_000 {
        variables[format!("v{level}")] = format!("[variables('v{}')]", level + 1).into();
    }
    let error = tag(&json!({}), &variables, "[variables('v0')]").unwrap_err();
    assert_eq!(error.kind, DeploymentErrorKind::TooLarge);
    assert!(error.detail.contains("deeper than"), "{error}");
}

#[test]
fn the_cases_of_cases_of_texts_end_with_an_error() {
    let parameters = json!({ "name": { "type": "string" } });
    let mut variables = json!({ "v0": "[toLower(parameters('name'))]" });
    for level in 1..60 {
        let below = level - 1;
        let case = if level % 2 == 0 { "toLower" } else { "toUpper" };
        variables[format!("v{level}")] =
            format!("[{case}(concat(variables('v{below}'), variables('v{below}')))]").into();
    }
    let error = tag(&parameters, &variables, "[variables('v59')]").unwrap_err();
    assert_eq!(error.kind, DeploymentErrorKind::TooLarge);
}

#[test]
fn variables_that_double_each_other_end_with_an_error() {
    let mut variables = json!({ "v0": "0123456789abcdef" });
    for level in 1..60 {
        let below = level - 1;
        variables[format!("v{level}")] = format!("[concat(variables('v{below}'), variables('v{below}'))]").into();
    }
    let error = tag(&json!({}), &variables, "[variables('v59')]").unwrap_err();
    assert_eq!(error.kind, DeploymentErrorKind::TooLarge);
    assert!(error.detail.contains("64 MiB"), "{error}");
}

#[test]
fn everything_that_is_no_image_template_is_remarked() {
    let document = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": { "unused": { "type": "string" } },
        "functions": [],
        "resources": {
            "identity": { "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "name": "i" },
            "tpl": {
                "type": "microsoft.virtualmachineimages/IMAGETEMPLATES",
                "name": "base",
                "condition": true,
                "dependsOn": ["identity"],
                "resources": [{ "type": "triggers", "name": "source", "properties": { "kind": "SourceImage" } }],
            },
            "there": { "type": "Microsoft.VirtualMachineImages/imageTemplates", "name": "there", "existing": true },
            "many": {
                "type": "Microsoft.VirtualMachineImages/imageTemplates/triggers",
                "name": "base/many",
                "copy": { "name": "loop", "count": 2 },
            },
            "lost": { "type": "Microsoft.VirtualMachineImages/imageTemplates/triggers", "name": "other/t" },
        },
        "outputs": { "id": { "type": "string", "value": "x" } },
    });
    let reading = reading(&document).unwrap();
    assert_eq!(reading.templates[0].triggers, ["source"]);
    assert_eq!(reading.templates.len(), 1);
    assert_eq!(reading.templates[0].label.as_deref(), Some("tpl"));
    let mut paths: Vec<&str> = reading.remarks.iter().map(|remark| remark.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "functions",
            "outputs.id",
            "parameters.unused",
            "resources.identity",
            "resources.lost",
            "resources.many",
            "resources.there",
            "resources.tpl.condition",
            "resources.tpl.dependsOn",
        ]
    );
}

#[test]
fn a_loop_makes_a_template_in_each_turn() {
    let mut document = deployment(
        &json!({ "count": { "type": "int", "defaultValue": 2 } }),
        &json!({}),
        "[string(copyIndex())]",
    );
    document["resources"][0]["copy"] = json!({ "name": "images", "count": "[parameters('count')]" });
    document["resources"][0]["name"] = "[concat('base', copyIndex(1))]".into();
    let found = reading(&document).unwrap();
    let names: Vec<&str> = found
        .templates
        .iter()
        .filter_map(|template| template.name.as_deref())
        .collect();
    assert_eq!(names, ["base1", "base2"]);
    document["resources"][0]["copy"]["count"] = 1_000_000.into();
    assert!(reading(&document).unwrap_err().detail.contains("from 0 to 800"));
}

#[test]
fn resources_lists_and_bare_properties_are_told_apart() {
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/base";
    let resource = json!({ "id": id, "location": "westus2", "properties": { "source": {} }, "extendedLocation": {} });
    let found = reading(&json!({ "value": [resource, resource] })).unwrap();
    assert_eq!(found.templates.len(), 2);
    assert_eq!(found.templates[1].resource_group.as_deref(), Some("g"));
    assert_eq!(found.templates[1].name.as_deref(), Some("base"));
    assert!(
        found
            .remarks
            .iter()
            .any(|remark| remark.path == "value[1].extendedLocation")
    );

    let bare = reading(&json!({ "name": "base", "source": { "type": "PlatformImage" }, "distribute": [] })).unwrap();
    assert_eq!(bare.templates[0].body["properties"]["source"]["type"], "PlatformImage");
    for (document, says) in [
        (json!({ "a": 1 }), "this is no image template"),
        (json!(3), "this is no image template"),
        (
            json!({ "type": "Microsoft.Compute/images", "properties": {} }),
            "this is a Microsoft.Compute/images",
        ),
        (json!({ "resources": [] }), "there is no image template"),
    ] {
        let error = reading(&document).unwrap_err();
        assert_eq!(error.kind, DeploymentErrorKind::NoTemplate);
        assert!(error.detail.contains(says), "{error}");
    }
}
