terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# The backend is the environment's choice: `local` unless IMAGEBUILDER_BACKEND names another.
provider "imagebuilder" {}

resource "imagebuilder_resource_group" "images" {
  name     = "virtual-desktop"
  location = var.location
}

resource "imagebuilder_gallery" "images" {
  name                = "virtual_desktop"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
}

resource "imagebuilder_gallery_image" "session_host" {
  name                = "session-host"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  os_type             = "Windows"
  identifier          = { publisher = "platform-team", offer = "session-host", sku = "windows-11" }
}

locals {
  scripts = coalesce(var.scripts_uri, "file://${abspath(path.module)}/scripts")
}

resource "imagebuilder_image_template" "session_host" {
  name                  = "session-host"
  resource_group_name   = imagebuilder_resource_group.images.name
  location              = var.location
  identity              = var.identity_id == null ? null : { identity_ids = [var.identity_id] }
  build_timeout_minutes = 240

  vm_profile = {
    vm_size         = "Standard_D4s_v5"
    os_disk_size_gb = 127
  }

  # Starts the machines faster: the image is booted once more and what the first start writes is kept.
  optimize = { vm_boot = true }

  source = { platform_image = var.source_image }

  customize = [
    {
      name = "FSLogix"
      powershell = {
        script_uri      = "${local.scripts}/install-fslogix.ps1"
        sha256_checksum = filesha256("${path.module}/scripts/install-fslogix.ps1")
        run_elevated    = true
        run_as_system   = true
        # Success, and success that asks for a restart.
        valid_exit_codes = [0, 3010]
      }
    },
    {
      name = "settings of a session host"
      powershell = {
        script_uri      = "${local.scripts}/prepare-session-host.ps1"
        sha256_checksum = filesha256("${path.module}/scripts/prepare-session-host.ps1")
        run_elevated    = true
        run_as_system   = true
      }
    },
    {
      name            = "after the settings"
      windows_restart = { restart_timeout = "10m" }
    },
    {
      name = "Teams"
      powershell = {
        script_uri      = "${local.scripts}/install-teams.ps1"
        sha256_checksum = filesha256("${path.module}/scripts/install-teams.ps1")
        run_elevated    = true
        run_as_system   = true
      }
    },
    {
      name            = "after Teams"
      windows_restart = { restart_timeout = "10m" }
    },
    {
      name = "updates"
      windows_update = {
        search_criteria = "IsInstalled=0"
        filters         = ["exclude:$_.Title -like '*Preview*'", "include:$true"]
        update_limit    = 40
      }
    },
    {
      name            = "after the updates"
      windows_restart = { restart_timeout = "30m" }
    },
  ]

  distribute = [
    {
      run_output_name = "gallery"
      artifact_tags   = { source = "image-builder", role = "session-host" }
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.session_host.id
        versioning       = { scheme = "Latest", major = 1 }
        target_regions   = [for region in distinct(concat([var.location], var.replication_regions)) : { name = region }]
      }
    },
  ]
}

# Session hosts get the security updates of each month with a new image.
resource "imagebuilder_image_template_run" "session_host" {
  count = var.build ? 1 : 0

  image_template_id        = imagebuilder_image_template.session_host.id
  triggers                 = { template = imagebuilder_image_template.session_host.fingerprint }
  rebuild_on_source_update = true
  rebuild_after            = "720h"
  on_destroy               = "delete_images"
}
