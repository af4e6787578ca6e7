resource "imagebuilder_image_template" "base" {
  name                = "base"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location

  # On Azure the service works with an identity: identity = { identity_ids = [azurerm_user_assigned_identity.builder.id] }

  # Exactly one of platform_image, managed_image_id and gallery_image_version_id.
  source = {
    platform_image = {
      publisher = "imagebuilder"
      offer     = "busybox"
      sku       = "tiny"
      version   = "latest"
    }
  }

  # In their order; each exactly one of shell, powershell, file, windows_restart and windows_update.
  customize = [
    {
      name = "message of the day"
      shell = {
        inline = ["echo 'golden' | sudo tee /etc/motd"]
      }
    },
    {
      name = "folder for pages"
      shell = {
        inline = ["sudo mkdir -p /srv/www", "sudo chmod 0755 /srv/www"]
      }
    },
  ]

  # What fails here is not distributed.
  validate = {
    in_vm_validations = [
      {
        name  = "message of the day"
        shell = { inline = ["grep -q golden /etc/motd"] }
      },
    ]
  }

  # Each exactly one of gallery_image, managed_image and vhd.
  distribute = [
    {
      run_output_name = "gallery"
      artifact_tags   = { built_by = "platform-team" }
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.base.id
        versioning       = { scheme = "Latest", major = 1 }
        target_regions   = [{ name = "westus2", replica_count = 1, storage_account_type = "Standard_LRS" }]
      }
    },
    {
      run_output_name = "vhd"
      vhd             = {}
    },
  ]

  build_timeout_minutes = 60

  vm_profile = {
    vm_size = "Standard_D2s_v5"
  }

  # Without an own group the service makes one for each template.
  staging_resource_group_id = imagebuilder_staging_resource_group.base.id

  tags = { team = "platform" }
}
