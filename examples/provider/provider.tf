terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# Builds images on this machine, without root and without a cloud account.
provider "imagebuilder" {
  backend = "local"
}
