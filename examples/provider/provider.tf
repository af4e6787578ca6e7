terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# Builds images on this machine, without root and without a cloud account. With `backend = "azure"` and a `subscription_id` the same
# configuration builds on Azure, signed in as `az login` has, or as the guide "Authenticating" tells.
provider "imagebuilder" {
  backend = "local"
}
