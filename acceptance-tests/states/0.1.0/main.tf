terraform {
  required_providers {
    imagebuilder = { source = "imagebuilder/imagebuilder" }
  }
}

provider "imagebuilder" {
  default_tags = { owner = "images", stage = "release" }
}

resource "imagebuilder_resource_group" "bare" {
  name     = "bare"
  location = "westus2"
}

resource "imagebuilder_resource_group" "images" {
  name     = "Images"
  location = "West US 2"
  tags     = { team = "platform", stage = "test", empty = "" }
  timeouts = { create = "5m", read = "1m", update = "90s", delete = "1h30m" }
}

resource "imagebuilder_staging_resource_group" "own" {
  name     = "own-staging"
  location = "WestUS2"
  tags     = { team = "platform" }
  timeouts = { delete = "10m" }
}

resource "imagebuilder_gallery" "bare" {
  name                = "bare"
  resource_group_name = imagebuilder_resource_group.bare.name
  location            = "westus2"
}

resource "imagebuilder_gallery" "golden" {
  name                = "Golden.Images"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
  description         = "What everybody starts from"
  tags                = {}
  timeouts            = { create = "10m" }
}

resource "imagebuilder_gallery_image" "bare" {
  name                = "bare"
  gallery_name        = imagebuilder_gallery.bare.name
  resource_group_name = imagebuilder_resource_group.bare.name
  location            = "westus2"
  os_type             = "Windows"
  identifier          = { publisher = "Tests", offer = "Bare", sku = "1" }
}

resource "imagebuilder_gallery_image" "full" {
  name                  = "Debian"
  gallery_name          = imagebuilder_gallery.golden.name
  resource_group_name   = imagebuilder_resource_group.images.name
  location              = "westus2"
  identifier            = { publisher = "Tests", offer = "Full", sku = "2" }
  os_type               = "Linux"
  hyper_v_generation    = "V2"
  architecture          = "x64"
  security_type         = "TrustedLaunchSupported"
  description           = "Debian with everything"
  end_of_life_date      = "2031-12-31T01:00:00+01:00"
  eula                  = "https://images.example/eula"
  privacy_statement_uri = "https://images.example/privacy"
  release_note_uri      = "https://images.example/notes"
  tags                  = { team = "platform" }
  timeouts              = { read = "2m" }
}

resource "imagebuilder_image_template" "bare" {
  name                = "bare"
  resource_group_name = imagebuilder_resource_group.bare.name
  location            = "westus2"
  source              = { platform_image = { publisher = "imagebuilder", offer = "busybox", sku = "tiny" } }
  distribute          = [{ run_output_name = "vhd", vhd = {} }]
}

resource "imagebuilder_image_template" "full" {
  name                = "Full"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = "westus2"
  identity = {
    identity_ids = ["/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/Images/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"]
  }
  source = { platform_image = { publisher = "ImageBuilder", offer = "busybox", sku = "tiny", version = "latest" } }
  customize = [
    { name = "inline", shell = { inline = ["echo one", "echo 'two \"$${three}\"'"] } },
    { shell = { inline = ["true"] } },
    { name = "script", shell = { script_uri = "file:///srv/images/install.sh" } },
    { name = "signed", shell = { script_uri = "http://127.0.0.1:18080/install.sh?sv=2024-11-04&se=2031-01-01&sp=r&sig=bm90LWEtc2VjcmV0" } },
    { name = "checked", file = { source_uri = "file:///srv/images/motd", destination = "/tmp/motd", sha256_checksum = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" } },
    { file = { source_uri = "file:///srv/images/motd", destination = "/tmp/again" } },
  ]
  validate = {
    continue_distribute_on_failure = true
    source_validation_only         = false
    in_vm_validations = [
      { name = "installed", shell = { inline = ["test -f /etc/installed"] } },
      { file = { source_uri = "file:///srv/images/motd", destination = "/tmp/motd" } },
      { shell = { script_uri = "file:///srv/images/install.sh" } },
    ]
  }
  distribute = [
    {
      run_output_name = "Gallery"
      artifact_tags   = { from = "full" }
      gallery_image = {
        gallery_image_id    = imagebuilder_gallery_image.full.id
        versioning          = { scheme = "Latest", major = 3 }
        exclude_from_latest = true
      }
    },
    {
      run_output_name = "image"
      artifact_tags   = {}
      managed_image   = { image_id = "${imagebuilder_resource_group.images.id}/providers/Microsoft.Compute/images/full", location = "West US 2" }
    },
    { run_output_name = "vhd", vhd = {} },
  ]
  build_timeout_minutes     = 30
  vm_profile                = { vm_size = "standard_d2ds_v4", os_disk_size_gb = 1 }
  staging_resource_group_id = imagebuilder_staging_resource_group.own.id
  tags                      = { team = "platform" }
  timeouts                  = { create = "20m", delete = "20m" }
}

resource "imagebuilder_image_template" "second" {
  name                  = "second"
  resource_group_name   = imagebuilder_resource_group.bare.name
  location              = "westus2"
  source                = { gallery_image_version_id = imagebuilder_image_template_run.full.outputs["Gallery"].artifact_id }
  customize             = []
  validate              = {}
  build_timeout_minutes = 0
  vm_profile            = {}
  tags                  = {}
  timeouts              = {}
  distribute = [
    { run_output_name = "gallery", gallery_image = { gallery_image_id = imagebuilder_gallery_image.full.id, versioning = { scheme = "Latest" } } },
  ]
}

resource "imagebuilder_image_template" "third" {
  name                = "third"
  resource_group_name = imagebuilder_resource_group.bare.name
  location            = "westus2"
  source              = { managed_image_id = "${imagebuilder_resource_group.images.id}/providers/Microsoft.Compute/images/full" }
  distribute = [
    { run_output_name = "exact", gallery_image = { gallery_image_id = "${imagebuilder_gallery_image.full.id}/versions/9.0.1" } },
  ]
  depends_on = [imagebuilder_image_template_run.full]
}

resource "imagebuilder_image_template_run" "full" {
  image_template_id        = imagebuilder_image_template.full.id
  triggers                 = { template = imagebuilder_image_template.full.fingerprint, by = "hand" }
  rebuild_after            = "87600h"
  rebuild_on_source_update = false
  on_destroy               = "delete_images"
  on_interrupt             = "leave_running"
  wait                     = true
  timeouts                 = { create = "30m", update = "30m", delete = "15m", read = "5m" }
}

resource "imagebuilder_image_template_run" "bare" {
  image_template_id = imagebuilder_image_template.bare.id
}
