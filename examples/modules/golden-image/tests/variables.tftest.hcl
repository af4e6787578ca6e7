# Bad variables are refused by a plan, each by its own rule.

provider "imagebuilder" {
  backend = "local"
}

variables {
  name                = "web"
  resource_group_name = "images"
  gallery_name        = "golden"
  location            = "westus2"
  source_image = {
    platform_image = { publisher = "imagebuilder", offer = "busybox", sku = "tiny" }
  }
}

run "a_plan_names_what_the_image_is" {
  command = plan

  assert {
    condition     = imagebuilder_gallery_image.this.identifier == { publisher = "golden-images", offer = "web", sku = "1" }
    error_message = "The gallery image has another identifier."
  }
  assert {
    condition     = imagebuilder_image_template.this.source.platform_image.version == "latest"
    error_message = "The source does not follow the newest version."
  }
}

run "a_name_of_nothing_but_punctuation_is_refused" {
  command = plan
  variables {
    name = "..."
  }
  expect_failures = [var.name]
}

run "a_name_of_65_characters_is_refused" {
  command = plan
  variables {
    name = "a1234567890123456789012345678901234567890123456789012345678901234"
  }
  expect_failures = [var.name]
}

run "a_source_of_two_kinds_is_refused" {
  command = plan
  variables {
    source_image = {
      platform_image   = { publisher = "Debian", offer = "debian-12", sku = "12-gen2" }
      managed_image_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/images/base"
    }
  }
  expect_failures = [var.source_image]
}

run "a_source_of_no_kind_is_refused" {
  command = plan
  variables {
    source_image = {}
  }
  expect_failures = [var.source_image]
}

run "a_step_of_two_kinds_is_refused" {
  command = plan
  variables {
    customize = [
      {
        shell = { inline = ["true"] }
        file  = { source_uri = "https://example.org/page", destination = "/tmp/page" }
      },
    ]
  }
  expect_failures = [var.customize]
}

run "five_minutes_are_no_time_for_a_build" {
  command = plan
  variables {
    build_timeout_minutes = 5
  }
  expect_failures = [var.build_timeout_minutes]
}

run "an_unknown_operating_system_is_refused" {
  command = plan
  variables {
    os_type = "linux"
  }
  expect_failures = [var.os_type]
}

run "a_destroy_that_does_something_else_is_refused" {
  command = plan
  variables {
    on_destroy = "delete"
  }
  expect_failures = [var.on_destroy]
}

run "an_unknown_generation_is_refused" {
  command = plan
  variables {
    hyper_v_generation = "V3"
  }
  expect_failures = [var.hyper_v_generation]
}

run "an_unknown_architecture_is_refused" {
  command = plan
  variables {
    architecture = "arm64"
  }
  expect_failures = [var.architecture]
}

run "everything_that_a_template_can_hold_reaches_it" {
  command = plan
  variables {
    os_type = "Windows"
    source_image = {
      platform_image = {
        publisher = "MicrosoftWindowsServer"
        offer     = "WindowsServer"
        sku       = "2022-datacenter-g2"
        plan      = { name = "plan", product = "product", publisher = "publisher" }
      }
    }
    customize = [
      { powershell = { inline = ["exit 3010"], run_elevated = true, run_as_system = true, valid_exit_codes = [0, 3010] } },
      { windows_restart = { restart_timeout = "10m" } },
      { windows_update = { update_limit = 20 } },
    ]
    validate              = { in_vm_validations = [{ powershell = { inline = ["Get-Service W3SVC"] } }] }
    optimize              = { vm_boot = true }
    error_handling        = { on_customizer_error = "abort" }
    target_regions        = [{ name = "westus2", replica_count = 2, storage_account_type = "Premium_LRS" }]
    replication_mode      = "Shallow"
    vm_profile            = { vm_size = "Standard_D2s_v5", os_disk_size_gb = 128 }
    additional_data_disks = [{ size_gb = 64 }]
    managed_resource_tags = { team = "platform" }
  }

  assert {
    condition     = imagebuilder_image_template.this.source.platform_image.plan.product == "product"
    error_message = "The plan of the source was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.customize[0].powershell.valid_exit_codes[1] == 3010
    error_message = "The exit codes were lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.customize[1].windows_restart.restart_timeout == "10m"
    error_message = "The restart was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.customize[2].windows_update.update_limit == 20
    error_message = "The updates were lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.validate.in_vm_validations[0].powershell.inline[0] == "Get-Service W3SVC"
    error_message = "The validator was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.optimize.vm_boot
    error_message = "The optimization was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.error_handling.on_customizer_error == "abort"
    error_message = "The handling of errors was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.distribute[0].gallery_image.target_regions[0].replica_count == 2
    error_message = "The regions were lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.distribute[0].gallery_image.replication_mode == "Shallow"
    error_message = "The mode of replication was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.additional_data_disks[0].size_gb == 64
    error_message = "The data disk was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.vm_profile.os_disk_size_gb == 128
    error_message = "The size of the disk was lost."
  }
  assert {
    condition     = imagebuilder_image_template.this.managed_resource_tags["team"] == "platform"
    error_message = "The tags of what the service makes were lost."
  }
}
