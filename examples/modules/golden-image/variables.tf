variable "name" {
  description = "Name of the gallery image, and begin of the name of the template that builds it: 1 to 64 letters, digits, `-`, `_` or `.`, with a letter or digit at both ends."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$", var.name))
    error_message = "\"${var.name}\" cannot name an image: write 1 to 64 letters, digits, \"-\", \"_\" or \".\", with a letter or digit at both ends."
  }
}

variable "resource_group_name" {
  description = "Name of the resource group that holds the gallery; the template is put there, too."
  type        = string
  nullable    = false
}

variable "gallery_name" {
  description = "Name of the gallery that the image is added to."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Region in which the image is built and kept, such as `westus2`."
  type        = string
  nullable    = false
}

variable "description" {
  description = "What the image is for."
  type        = string
  default     = null
}

variable "identifier" {
  description = "Names under which the gallery image is known, unique in its gallery. Defaults to publisher `golden-images`, offer `name`, sku `1`."
  type = object({
    publisher = string
    offer     = string
    sku       = string
  })
  default = null
}

variable "os_type" {
  description = "Operating system of the image: `Linux` or `Windows`."
  type        = string
  default     = "Linux"
  nullable    = false

  validation {
    condition     = contains(["Linux", "Windows"], var.os_type)
    error_message = "\"${var.os_type}\" is no operating system of an image: use \"Linux\" or \"Windows\"."
  }
}

variable "hyper_v_generation" {
  description = "Generation of the virtual machine: `V1` or `V2`; that of the source."
  type        = string
  default     = "V2"
  nullable    = false

  validation {
    condition     = contains(["V1", "V2"], var.hyper_v_generation)
    error_message = "\"${var.hyper_v_generation}\" is no generation: use \"V1\" or \"V2\"."
  }
}

variable "architecture" {
  description = "Processor architecture: `x64` or `Arm64`; that of the source."
  type        = string
  default     = "x64"
  nullable    = false

  validation {
    condition     = contains(["x64", "Arm64"], var.architecture)
    error_message = "\"${var.architecture}\" is no architecture: use \"x64\" or \"Arm64\"."
  }
}

variable "security_type" {
  description = "Security type of the gallery image; that of the source, such as `TrustedLaunchSupported` or `Standard`."
  type        = string
  default     = "TrustedLaunchSupported"
  nullable    = false
}

variable "end_of_life_date" {
  description = "When the image is no longer to be used (RFC 3339)."
  type        = string
  default     = null
}

variable "identity_id" {
  description = "Id of the user-assigned identity with which the service works; needed on Azure, not on the local backend."
  type        = string
  default     = null
}

variable "source_image" {
  description = "What the image is made from: exactly one of an image of the marketplace, a managed image, and a gallery image version (`…/versions/latest` follows the newest)."
  type = object({
    platform_image = optional(object({
      publisher = string
      offer     = string
      sku       = string
      version   = optional(string, "latest")
      plan = optional(object({
        name      = string
        product   = string
        publisher = string
      }))
    }))
    managed_image_id         = optional(string)
    gallery_image_version_id = optional(string)
  })
  nullable = false

  validation {
    condition     = length([for kind in values(var.source_image) : kind if kind != null]) == 1
    error_message = "Set exactly one of platform_image, managed_image_id and gallery_image_version_id of source_image."
  }
}

variable "customize" {
  description = "The steps that change the image, in their order; each exactly one kind."
  type = list(object({
    name = optional(string)
    shell = optional(object({
      inline          = optional(list(string))
      script_uri      = optional(string)
      sha256_checksum = optional(string)
    }))
    powershell = optional(object({
      inline           = optional(list(string))
      script_uri       = optional(string)
      sha256_checksum  = optional(string)
      run_elevated     = optional(bool)
      run_as_system    = optional(bool)
      valid_exit_codes = optional(list(number))
    }))
    file = optional(object({
      source_uri      = string
      destination     = string
      sha256_checksum = optional(string)
    }))
    windows_restart = optional(object({
      restart_command       = optional(string)
      restart_check_command = optional(string)
      restart_timeout       = optional(string)
    }))
    windows_update = optional(object({
      search_criteria = optional(string)
      filters         = optional(list(string))
      update_limit    = optional(number)
    }))
  }))
  default = null

  validation {
    condition = alltrue([
      for step in coalesce(var.customize, []) : 1 == length([
        for set in [
          step.shell != null, step.powershell != null, step.file != null, step.windows_restart != null, step.windows_update != null,
        ] : set if set
      ])
    ])
    error_message = "Each step of customize is exactly one kind: set one of shell, powershell, file, windows_restart and windows_update."
  }
}

variable "validate" {
  description = "How the image is tested before it is distributed."
  type = object({
    continue_distribute_on_failure = optional(bool)
    source_validation_only         = optional(bool)
    in_vm_validations = optional(list(object({
      name = optional(string)
      shell = optional(object({
        inline          = optional(list(string))
        script_uri      = optional(string)
        sha256_checksum = optional(string)
      }))
      powershell = optional(object({
        inline           = optional(list(string))
        script_uri       = optional(string)
        sha256_checksum  = optional(string)
        run_elevated     = optional(bool)
        run_as_system    = optional(bool)
        valid_exit_codes = optional(list(number))
      }))
      file = optional(object({
        source_uri      = string
        destination     = string
        sha256_checksum = optional(string)
      }))
    })))
  })
  default = null
}

variable "optimize" {
  description = "What is done to the image so that machines made from it start faster."
  type = object({
    vm_boot = optional(bool)
    workload = optional(object({
      script_uri      = string
      sha256_checksum = optional(string)
    }))
  })
  default = null
}

variable "error_handling" {
  description = "What becomes of the build machine when a step fails: `cleanup` or `abort`, which keeps it for inspection."
  type = object({
    on_customizer_error = optional(string)
    on_validation_error = optional(string)
  })
  default = null
}

variable "target_regions" {
  description = "Regions that hold each version, `location` among them. Null for `location` alone."
  type = list(object({
    name                 = string
    replica_count        = optional(number)
    storage_account_type = optional(string)
  }))
  default = null
}

variable "replication_mode" {
  description = "`Full` copies a version into every region; `Shallow` only refers to its source, which is quick and made for tests."
  type        = string
  default     = null
}

variable "versioning" {
  description = "How the number of a new version is found: `{ scheme = \"Latest\" }` adds one to the newest, `major` chooses which; null makes a number of the date."
  type = object({
    scheme = string
    major  = optional(number)
  })
  default = { scheme = "Latest" }
}

variable "exclude_from_latest" {
  description = "Whether new versions are left out when `latest` is looked up, until somebody puts them in."
  type        = bool
  default     = null
}

variable "artifact_tags" {
  description = "Tags of each version that a run makes."
  type        = map(string)
  default     = null
}

variable "build_timeout_minutes" {
  description = "How many minutes a build may take: 6 to 960, or null for the service's default of 240."
  type        = number
  default     = null

  validation {
    condition     = var.build_timeout_minutes == null ? true : var.build_timeout_minutes >= 6 && var.build_timeout_minutes <= 960
    error_message = "A build takes 6 to 960 minutes."
  }
}

variable "vm_profile" {
  description = "The machine that builds the image, and the size of the image's disk."
  type = object({
    vm_size         = optional(string)
    os_disk_size_gb = optional(number)
    identity_ids    = optional(set(string))
    vnet = optional(object({
      subnet_id                    = optional(string)
      container_instance_subnet_id = optional(string)
      proxy_vm_size                = optional(string)
    }))
  })
  default = null
}

variable "additional_data_disks" {
  description = "Empty data disks that the image gets beside its system disk."
  type = list(object({
    size_gb = number
  }))
  default = null
}

variable "managed_resource_tags" {
  description = "Tags of everything that the service makes in order to build."
  type        = map(string)
  default     = null
}

variable "rebuild_on_source_update" {
  description = "Whether a plan shows a new run once the source has a newer version."
  type        = bool
  default     = true
  nullable    = false
}

variable "rebuild_after" {
  description = "Age of the last run after which a plan shows a new one, such as `168h`."
  type        = string
  default     = null
}

variable "triggers" {
  description = "More values whose change builds the image anew, such as the version of a package that a step installs."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "on_destroy" {
  description = "What a destroy does with the versions that were built: `keep` or `delete_images`."
  type        = string
  default     = "keep"
  nullable    = false

  validation {
    condition     = contains(["keep", "delete_images"], var.on_destroy)
    error_message = "\"${var.on_destroy}\" is not what a destroy can do with images: use \"keep\" or \"delete_images\"."
  }
}

variable "log_file" {
  description = "Path of a file into which the build's log is followed."
  type        = string
  default     = null
}

variable "run_timeouts" {
  description = "How long Terraform waits for a run, such as `{ create = \"2h\", update = \"2h\" }`."
  type = object({
    create = optional(string)
    read   = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}

variable "tags" {
  description = "Tags of the gallery image and of the template."
  type        = map(string)
  default     = null
}
