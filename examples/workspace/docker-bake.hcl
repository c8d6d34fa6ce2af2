# docker buildx bake                     an image of each program
# docker buildx bake binaries            both programs, in bin/
# docker buildx bake release --push      the images, for two platforms

variable "REPOSITORY" {
  default = "example.com/web"
}

group "default" {
  targets = ["server", "worker"]
}

group "release" {
  targets = ["server-release", "worker-release"]
}

target "common" {
  dockerfile = "Cargo.toml"
  labels     = { "com.example.built-by" = "bake" }
}

target "server" {
  inherits = ["common"]
  target   = "server"
  tags     = ["${REPOSITORY}/server"]
  args     = { "image.healthcheck.cmd" = "[\"/usr/local/bin/server\", \"--check\"]" }
}

target "worker" {
  inherits = ["common"]
  target   = "worker"
  tags     = ["${REPOSITORY}/worker"]
  args     = { "image.entrypoint" = "/usr/local/bin/worker" }
}

target "server-release" {
  inherits  = ["server"]
  platforms = ["linux/amd64", "linux/arm64"]
}

target "worker-release" {
  inherits  = ["worker"]
  platforms = ["linux/amd64", "linux/arm64"]
}

target "binaries" {
  inherits = ["common"]
  target   = "binaries"
  output   = ["type=local,dest=bin"]
}
