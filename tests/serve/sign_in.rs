//! Who gets a token, and what a token opens.

use http::Method;

use crate::far_end::{Answer, FarEnd, refusal, trusting};

#[tokio::test]
async fn the_metadata_lead_to_a_token_and_the_token_to_the_subscription() {
    let far_end = FarEnd::start().await;
    let metadata = |version: &str| {
        far_end
            .client
            .get(far_end.url(&format!("/metadata/endpoints?api-version={version}")))
    };
    let cloud = Answer::of(metadata("2022-09-01")).await.expect(200);
    assert_eq!(cloud.text("/resourceManager"), far_end.ready.endpoint);
    assert_eq!(cloud.text("/name"), "imagebuilder-local");
    let clouds = Answer::of(metadata("2019-05-01")).await.expect(200);
    assert_eq!(clouds.body[0], cloud.body);

    let tenant = &far_end.ready.tenant_id;
    let configuration = far_end.url(&format!("/{tenant}/v2.0/.well-known/openid-configuration"));
    let configuration = Answer::of(far_end.client.get(configuration)).await.expect(200);
    assert_eq!(
        configuration.text("/token_endpoint"),
        far_end.url(&format!("/{tenant}/oauth2/v2.0/token"))
    );

    let listed = far_end.get("/subscriptions?api-version=2022-12-01").await.expect(200);
    assert_eq!(listed.text("/value/0/subscriptionId"), far_end.ready.subscription_id);
    assert_eq!(listed.text("/value/0/tenantId"), *tenant);
}

#[tokio::test]
async fn without_a_token_for_resource_manager_nothing_is_answered() {
    let far_end = FarEnd::start().await;
    let url = far_end.url("/subscriptions?api-version=2022-12-01");
    let none = Answer::of(far_end.client.get(&url))
        .await
        .refused(401, "AuthenticationFailed");
    let challenge = none.header("www-authenticate");
    let authority = far_end.url(&format!("/{}", far_end.ready.tenant_id));
    assert!(
        challenge.contains(&format!("authorization_uri=\"{authority}\"")),
        "{challenge}"
    );
    Answer::of(far_end.client.get(&url).bearer_auth("eyJhbGciOiJub25lIn0.e30."))
        .await
        .refused(401, "InvalidAuthenticationToken");
    let for_blobs = far_end.token_for("https://storage.azure.com").await;
    Answer::of(far_end.client.get(&url).bearer_auth(for_blobs))
        .await
        .refused(401, "InvalidAuthenticationTokenAudience");
}

#[tokio::test]
async fn of_a_body_without_a_token_nothing_is_kept() {
    const LENGTH: usize = 48 * 1024 * 1024;
    let far_end = FarEnd::start().await;
    let before = far_end.peak_memory();
    let url = far_end.url("/subscriptions?api-version=2022-12-01");
    Answer::of(far_end.client.put(&url).body(vec![b' '; LENGTH]))
        .await
        .refused(401, "AuthenticationFailed");
    let grown = far_end.peak_memory() - before;
    assert!(grown < LENGTH as u64 / 3, "{grown} bytes more");
}

#[tokio::test]
async fn wrong_sign_ins_are_refused_with_the_numbers_of_entra() {
    let far_end = FarEnd::start().await;
    let wrong = far_end
        .sign_in("planted-secret", &far_end.ready.endpoint)
        .await
        .expect(401);
    assert_eq!(wrong.body["error_codes"][0], 7_000_215);
    assert!(!wrong.body.to_string().contains("planted-secret"));
    let foreign = far_end
        .sign_in(&far_end.ready.client_secret, "https://graph.microsoft.com")
        .await
        .expect(400);
    assert_eq!(foreign.body["error_codes"][0], 500_011);

    let stranger = "11111111-1111-1111-1111-111111111111";
    let tenant = &far_end.ready.tenant_id;
    for (path, form, number) in [
        (format!("/{stranger}/oauth2/v2.0/token"), String::new(), 90002),
        (format!("/{tenant}/oauth2/v2.0/token"), String::new(), 900_144),
        (
            format!("/{tenant}/oauth2/v2.0/token"),
            "grant_type=password".to_owned(),
            70003,
        ),
        (
            format!("/{tenant}/oauth2/v2.0/token"),
            format!("grant_type=client_credentials&client_id={stranger}&client_secret=x"),
            700_016,
        ),
    ] {
        let refused = Answer::of(far_end.client.post(far_end.url(&path)).body(form.clone()))
            .await
            .expect(400);
        assert_eq!(
            refused.body["error_codes"][0], number,
            "{path} {form}: {}",
            refused.body
        );
    }
}

#[tokio::test]
async fn a_name_that_is_not_this_machines_is_not_answered_and_a_port_on_the_way_is() {
    let far_end = FarEnd::start().await;
    let client = trusting(far_end.folder.path()).http1_only().build().unwrap();
    for (host, status) in [
        ("rebound.example:443", 421),
        ("localhost.example", 421),
        ("localhost:1", 200),
        ("[::1]", 200),
    ] {
        let request = far_end
            .request(&client, Method::GET, "/subscriptions?api-version=2022-12-01")
            .header("host", host);
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[test]
fn an_address_that_others_reach_is_refused() {
    let output = refusal("0.0.0.0:0");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("0.0.0.0:0 is not a loopback address") && told.contains("127.0.0.1"),
        "{told}"
    );
    let other = refusal("127.0.0.2:0");
    let told = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(
        told.contains("127.0.0.2:0 is a loopback address that the certificate is not for"),
        "{told}"
    );
}
