locals {
  # file("template.json") in a configuration of yours.
  converted = provider::imagebuilder::template_from_arm(jsonencode({
    type       = "Microsoft.VirtualMachineImages/imageTemplates"
    apiVersion = "2020-02-14"
    name       = "base"
    location   = "westus2"
    properties = {
      source    = { type = "PlatformImage", publisher = "imagebuilder", offer = "busybox", sku = "tiny", version = "latest" }
      customize = [{ type = "Shell", name = "motd", inline = ["echo golden > /etc/motd"] }]
      distribute = [{
        type               = "SharedImage"
        runOutputName      = "gallery"
        galleryImageId     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden/images/base"
        replicationRegions = ["westus2"]
      }]
    }
  }))
}

output "first_step" {
  value = local.converted.arguments.customize[0].name # "motd"
}

output "regions" {
  value = local.converted.arguments.distribute[0].gallery_image.target_regions[*].name # ["westus2"]
}

output "not_carried" {
  value = local.converted.not_carried # []
}
