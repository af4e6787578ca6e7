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
  name     = "windows-gallery-image"
  location = var.location
}

resource "imagebuilder_gallery" "images" {
  name                = "windows_gallery_image"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
}

resource "imagebuilder_gallery_image" "web" {
  name                = "web"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  os_type             = "Windows"
  identifier          = { publisher = "platform-team", offer = "web", sku = "windows" }
}

locals {
  scripts = coalesce(var.scripts_uri, "file://${abspath(path.module)}/scripts")
}

resource "imagebuilder_image_template" "web" {
  name                  = "web"
  resource_group_name   = imagebuilder_resource_group.images.name
  location              = var.location
  identity              = var.identity_id == null ? null : { identity_ids = [var.identity_id] }
  build_timeout_minutes = 100

  vm_profile = {
    vm_size         = "Standard_D2s_v5"
    os_disk_size_gb = 127
  }

  source = { platform_image = var.source_image }

  customize = [
    {
      name = "web server"
      powershell = {
        script_uri      = "${local.scripts}/install-web-server.ps1"
        sha256_checksum = filesha256("${path.module}/scripts/install-web-server.ps1")
        run_elevated    = true
      }
    },
    {
      name = "after the features"
      windows_restart = {
        restart_check_command = "powershell -command \"& {Get-Service W3SVC}\""
        restart_timeout       = "10m"
      }
    },
    {
      name = "page"
      file = {
        source_uri      = "${local.scripts}/index.html"
        destination     = "C:\\staging\\index.html"
        sha256_checksum = filesha256("${path.module}/scripts/index.html")
      }
    },
    {
      name = "site"
      powershell = {
        inline = ["Copy-Item -Path C:\\staging\\index.html -Destination C:\\inetpub\\wwwroot\\index.html"]
      }
    },
    {
      name = "updates"
      windows_update = {
        search_criteria = "IsInstalled=0"
        filters         = ["exclude:$_.Title -like '*Preview*'", "include:$true"]
        update_limit    = 40
      }
    },
  ]

  validate = {
    in_vm_validations = [
      {
        name       = "the page is served"
        powershell = { script_uri = "${local.scripts}/test-web-server.ps1" }
      },
    ]
  }

  distribute = [
    {
      run_output_name = "gallery"
      artifact_tags   = { source = "image-builder" }
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.web.id
        target_regions   = [for region in distinct(concat([var.location], var.replication_regions)) : { name = region }]
      }
    },
  ]

  tags = { environment = "examples" }
}

resource "imagebuilder_image_template_run" "web" {
  count = var.build ? 1 : 0

  image_template_id        = imagebuilder_image_template.web.id
  triggers                 = { template = imagebuilder_image_template.web.fingerprint }
  rebuild_on_source_update = true
  on_destroy               = "delete_images"
}
