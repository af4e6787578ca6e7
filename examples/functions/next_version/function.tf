output "next" {
  value = provider::imagebuilder::next_version(["1.9.0", "1.10.3", "0.4.0"]) # "1.10.4"
}

output "next_with_major_2" {
  value = provider::imagebuilder::next_version(["1.9.0", "1.10.3", "0.4.0"], 2) # "2.0.1"
}
