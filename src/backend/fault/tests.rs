#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Mutex;

use super::*;

/// Counts what it carries out.
#[derive(Default)]
struct Counting(Mutex<u32>);

impl Transport for Arc<Counting> {
    fn send(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        *self.0.lock().unwrap() += 1;
        Box::pin(async { Ok(Response::new(Bytes::from_static(b"{\"a\": 1}"))) })
    }
}

/// What a rule does to ten requests in a row: `.` nothing, `!` it fails.
fn pattern(rules: &str) -> String {
    let faults = Faults::parse(rules).unwrap();
    let met = (0..10).map(|_| faults.effect_on(&Method::PUT, "/a/imageTemplates/t"));
    met.map(|effect| if effect.is_some() { '!' } else { '.' }).collect()
}

#[test]
fn the_same_requests_always_fail() {
    for (rule, expected) in [
        (r#"{"fault": "throttled"}"#, "!!!!!!!!!!"),
        (r#"{"fault": "throttled", "nth": 3}"#, "..!......."),
        (r#"{"fault": "throttled", "nth": 3, "times": 2}"#, "..!!......"),
        (r#"{"fault": "throttled", "every": 3}"#, "..!..!..!."),
        (r#"{"fault": "throttled", "every": 3, "times": 2}"#, "..!..!...."),
        (r#"{"fault": "throttled", "method": "GET"}"#, ".........."),
        (
            r#"{"fault": "throttled", "path": "IMAGETEMPLATES/T", "nth": 1}"#,
            "!.........",
        ),
        (r#"{"fault": "throttled", "path": "imagetemplates$"}"#, ".........."),
        (
            r#"{"fault": "throttled", "path": "templates/t$", "nth": 1}"#,
            "!.........",
        ),
    ] {
        assert_eq!(pattern(&format!("[{rule}]")), expected, "{rule}");
    }
}

#[test]
fn the_first_rule_that_fits_decides_and_the_others_count_on() {
    let rules = r#"[{"fault": "throttled", "nth": 2}, {"fault": "unavailable", "nth": 3}]"#;
    assert_eq!(pattern(rules), ".!!.......");
    let rules = r#"[{"fault": "throttled", "nth": 2}, {"fault": "slow", "nth": 2}]"#;
    assert_eq!(pattern(rules), ".!!.......");
}

#[test]
fn faults_end_when_they_are_told_to_and_are_counted() {
    let faults = Faults::parse(r#"[{"fault": "html"}]"#).unwrap();
    let also = faults.clone();
    assert!(faults.effect_on(&Method::GET, "/").is_some() && also.effect_on(&Method::GET, "/").is_some());
    also.end();
    assert!(faults.effect_on(&Method::GET, "/").is_none());
    assert_eq!(faults.number(), 2);
}

#[test]
fn what_is_not_a_rule_is_refused_where_it_stands() {
    for (rules, kind, told) in [
        ("[", FaultRulesErrorKind::Syntax, "EOF"),
        ("[] []", FaultRulesErrorKind::Syntax, "after the array"),
        ("{}", FaultRulesErrorKind::Member, "the array of rules"),
        (
            r#"[{"fault": "throttled"}, {"nth": 1}]"#,
            FaultRulesErrorKind::Member,
            "[1]: missing field `fault`",
        ),
        (
            r#"[{"fault": "trotled"}]"#,
            FaultRulesErrorKind::Member,
            "unknown variant `trotled`, expected one of `throttled`",
        ),
        (
            r#"[{"fault": "slow", "delay": 1}]"#,
            FaultRulesErrorKind::Member,
            "unknown field `delay`",
        ),
        (
            r#"[{"fault": "slow", "nth": -1}]"#,
            FaultRulesErrorKind::Member,
            "[0].nth",
        ),
        (
            r#"[{"fault": "slow", "nth": 0}]"#,
            FaultRulesErrorKind::Value,
            "[0].nth: 0 is no request",
        ),
        (
            r#"[{"fault": "slow", "every": 0}]"#,
            FaultRulesErrorKind::Value,
            "[0].every: 0 is no interval",
        ),
        (
            r#"[{"fault": "slow", "times": 0}]"#,
            FaultRulesErrorKind::Value,
            "[0].times",
        ),
        (
            r#"[{"fault": "slow", "nth": 1, "every": 1}]"#,
            FaultRulesErrorKind::Value,
            "[0].every: it excludes `nth`",
        ),
        (
            r#"[{"fault": "slow", "method": "put"}]"#,
            FaultRulesErrorKind::Value,
            "\"put\" is none of GET, HEAD, PUT",
        ),
        (
            r#"[{"fault": "html", "delay_ms": 1}]"#,
            FaultRulesErrorKind::Value,
            "only `slow` takes a delay",
        ),
    ] {
        let error = Faults::parse(rules).unwrap_err();
        assert_eq!(error.kind(), kind, "{rules}: {error}");
        assert!(error.to_string().contains(told), "{rules}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_after_the_request_has_it_carried_out_and_one_before_has_not() {
    for fault in Fault::ALL {
        let service = Arc::new(Counting::default());
        let rule = Rule::always(fault);
        let faults = Faults {
            rules: Arc::new(Mutex::new(vec![rule])),
        };
        let request = Request::put("/a").body(Bytes::new()).unwrap();
        let answer = FaultTransport::new(service.clone(), faults).send(request).await;
        let carried_out = *service.0.lock().unwrap() == 1;
        let expected = matches!(
            fault,
            Fault::ServerErrorAfter | Fault::GatewayTimeoutAfter | Fault::ResetAfter | Fault::Slow | Fault::Truncated
        );
        assert_eq!(carried_out, expected, "{fault:?}");
        match fault {
            Fault::ResetBefore | Fault::ResetAfter => {
                assert_eq!(answer.unwrap_err().kind(), TransportErrorKind::Interrupted);
            }
            Fault::Truncated => assert_eq!(answer.unwrap().body(), "{\"a\""),
            Fault::Slow => assert_eq!(answer.unwrap().body(), "{\"a\": 1}"),
            _ => assert_ne!(answer.unwrap().body(), "{\"a\": 1}"),
        }
    }
}
