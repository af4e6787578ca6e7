variable "base" {
  description = "The image of the marketplace that every image begins with. The default needs no network; Debian is `{ publisher = \"Debian\", offer = \"debian-12\", sku = \"12-gen2\" }`."
  type = object({
    publisher = string
    offer     = string
    sku       = string
  })
  default = { publisher = "imagebuilder", offer = "busybox", sku = "tiny" }
}

variable "images" {
  description = "The images by their names, each with the commands that make it what it is."
  type = map(object({
    description = string
    commands    = optional(list(string), [])
  }))
  default = {
    base = {
      description = "What every machine has"
    }
    web = {
      description = "Serves pages"
      commands    = ["sudo mkdir -p /srv/www", "echo '<h1>golden</h1>' | sudo tee /srv/www/index.html"]
    }
    worker = {
      description = "Takes jobs from the queue"
      commands    = ["sudo mkdir -p /var/lib/worker"]
    }
  }
}

variable "on_destroy" {
  description = "What a destroy does with the versions that were built: `keep` or `delete_images`."
  type        = string
  default     = "delete_images"
}
