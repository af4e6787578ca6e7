//! Numbers and their ranges.

/// Minutes that a build may take.
pub fn build_timeout(minutes: &i64) -> Result<(), String> {
    match *minutes {
        0 | 6..=960 => Ok(()),
        1..=5 => Err(format!(
            "{minutes} minutes are too short for any build of the service; write 0 for its default of 240, or 6 to 960"
        )),
        _ => Err(format!(
            "{minutes} minutes; write 0 for the service's default of 240, or 6 to 960"
        )),
    }
}

/// GiB of the disk of an image. The service's own rule is only "0 or more"; 4095 is what an OS disk of Azure can have.
pub fn os_disk_size(gigabytes: &i64) -> Result<(), String> {
    if (0..=4095).contains(gigabytes) {
        return Ok(());
    }
    Err(format!(
        "{gigabytes} GiB is no size of an OS disk; write 1 to 4095, or 0 for the service's default"
    ))
}

/// GiB of a data disk. The service's own rule is only "0 or more"; 32767 is what a managed disk of Azure can have.
pub fn data_disk_size(gigabytes: &i64) -> Result<(), String> {
    if (0..=32_767).contains(gigabytes) {
        return Ok(());
    }
    Err(format!(
        "{gigabytes} GiB is no size of a data disk; write 1 to 32767, or 0 for the service's default"
    ))
}

/// Replicas of a gallery image version in one region: at least one, and at most the 100 that a version can have in all.
pub fn replica_count(replicas: &i64) -> Result<(), String> {
    if (1..=100).contains(replicas) {
        return Ok(());
    }
    Err(format!(
        "{replicas} replicas; write 1 to 100, or leave the argument out for 1"
    ))
}

/// Most updates that a step installs.
pub fn update_limit(updates: &i64) -> Result<(), String> {
    if *updates >= 0 {
        return Ok(());
    }
    Err(format!(
        "{updates} updates; write 1 or more, or 0 for the service's default of 1000"
    ))
}

/// The first number of a gallery image version.
pub fn major_number(number: &i64) -> Result<(), String> {
    if (0..=i64::from(i32::MAX)).contains(number) {
        return Ok(());
    }
    Err(format!(
        "{number} is no first number of a version; write 0 to {}, or leave the argument out for the newest version of all",
        i32::MAX
    ))
}

/// What a program can end with on Windows: 32 bits, with or without a sign.
pub fn exit_code(code: &i64) -> Result<(), String> {
    if (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(code) {
        return Ok(());
    }
    Err(format!(
        "{code} is no exit code, which is a number of 32 bits; 0 and 3010 are common ones"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_may_take_the_default_or_6_to_960_minutes() {
        assert!([0, 6, 960].iter().all(|minutes| build_timeout(minutes).is_ok()));
        assert!([-1, 1, 5, 961].iter().all(|minutes| build_timeout(minutes).is_err()));
    }

    #[test]
    fn a_disk_has_the_default_or_1_to_4095_gib() {
        assert!([0, 1, 4095].iter().all(|size| os_disk_size(size).is_ok()));
        for bad in [i64::MIN, -1, 4096, i64::MAX] {
            assert!(
                os_disk_size(&bad).is_err_and(|text| text.contains(&bad.to_string()) && text.contains("1 to 4095"))
            );
        }
    }

    #[test]
    fn each_number_has_its_range() {
        assert!(data_disk_size(&32_767).is_ok() && data_disk_size(&32_768).is_err() && data_disk_size(&-1).is_err());
        assert!(replica_count(&1).is_ok() && replica_count(&0).is_err() && replica_count(&101).is_err());
        assert!(update_limit(&0).is_ok() && update_limit(&-1).is_err());
        assert!(major_number(&0).is_ok() && major_number(&-1).is_err() && major_number(&i64::MAX).is_err());
        assert!(exit_code(&-1).is_ok() && exit_code(&0xc000_0005).is_ok() && exit_code(&i64::MAX).is_err());
    }
}
