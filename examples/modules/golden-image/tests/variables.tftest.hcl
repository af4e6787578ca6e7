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
