# Builds the busybox image of the local backend: a whole life of an image in a few seconds, without a network.

provider "imagebuilder" {
  backend = "local"
}

run "the_caller_has_a_resource_group_and_a_gallery" {
  module {
    source = "./tests/setup"
  }
}

variables {
  name                = "web"
  resource_group_name = "module-tests"
  gallery_name        = "module_tests"
  location            = "westus2"
  on_destroy          = "delete_images"

  source_image = {
    platform_image = { publisher = "imagebuilder", offer = "busybox", sku = "tiny" }
  }
  customize = [
    { name = "page", shell = { inline = ["echo golden > /etc/motd"] } },
  ]
  validate = {
    in_vm_validations = [{ name = "page", shell = { inline = ["grep -q golden /etc/motd"] } }]
  }
  tags = { team = "platform" }
}

run "the_first_apply_builds_a_version" {
  assert {
    condition     = output.run_state == "Succeeded"
    error_message = "The run ended as ${output.run_state}."
  }
  assert {
    condition     = output.version == "0.0.1"
    error_message = "The first version is ${output.version}."
  }
  assert {
    condition     = output.gallery_image_version_id == "${output.gallery_image_id}/versions/${output.version}"
    error_message = "${output.gallery_image_version_id} is no version of ${output.gallery_image_id}."
  }
}

run "nothing_changed_so_the_plan_keeps_the_version" {
  command = plan

  assert {
    condition     = output.version == run.the_first_apply_builds_a_version.version
    error_message = "The plan wants another version than ${run.the_first_apply_builds_a_version.version}."
  }
}

run "another_tag_builds_nothing" {
  variables {
    tags = { team = "web" }
  }

  assert {
    condition     = output.version == run.the_first_apply_builds_a_version.version
    error_message = "Another tag has built version ${output.version}."
  }
}

run "another_step_builds_a_new_version_of_the_same_gallery_image" {
  variables {
    customize = [
      { name = "page", shell = { inline = ["echo golden again > /etc/motd"] } },
    ]
  }

  assert {
    condition     = output.version == "0.0.2"
    error_message = "The new version is ${output.version}."
  }
  assert {
    condition     = output.image_template_id != run.the_first_apply_builds_a_version.image_template_id
    error_message = "The template was not replaced by one with a name of its own."
  }
  assert {
    condition     = output.gallery_image_id == run.the_first_apply_builds_a_version.gallery_image_id
    error_message = "The gallery image was replaced."
  }
}

run "a_trigger_of_the_caller_builds_a_new_version_of_the_same_template" {
  variables {
    customize = [
      { name = "page", shell = { inline = ["echo golden again > /etc/motd"] } },
    ]
    triggers = { nginx = "1.28" }
  }

  assert {
    condition     = output.version == "0.0.3"
    error_message = "The new version is ${output.version}."
  }
  assert {
    condition     = output.image_template_id == run.another_step_builds_a_new_version_of_the_same_gallery_image.image_template_id
    error_message = "The template was replaced."
  }
}
