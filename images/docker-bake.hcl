# What is built, for which platforms, and with which attestations:
#
#   docker buildx bake -f images/docker-bake.hcl              the production images
#   docker buildx bake -f images/docker-bake.hcl development  the development images, for this machine's platform

variable "VERSION" {
  default = "0.0.0-dev"
}

variable "REVISION" {
  default = "unknown"
}

# The commit's time, so that one commit makes one image.
variable "CREATED" {
  default = "1970-01-01T00:00:00Z"
}

# Where images are pushed to, such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com/ai-now.
variable "REGISTRY" {
  default = "ai-now"
}

group "default" {
  targets = ["runner", "debug", "sample"]
}

group "development" {
  targets = ["runner-development", "debug-development", "sample-development"]
}

target "production" {
  platforms = ["linux/amd64", "linux/arm64"]
  args = {
    VERSION  = VERSION
    REVISION = REVISION
    CREATED  = CREATED
  }
  # A list of what is inside, and a record of how it was made.
  attest = [
    "type=sbom",
    "type=provenance,mode=max",
  ]
}

target "runner" {
  inherits   = ["production"]
  context    = "."
  dockerfile = "images/runner/Dockerfile"
  tags       = ["${REGISTRY}/runner:${VERSION}"]
}

target "debug" {
  inherits   = ["production"]
  context    = "."
  dockerfile = "images/debug/Dockerfile"
  tags       = ["${REGISTRY}/debug:${VERSION}"]
}

target "sample" {
  inherits   = ["production"]
  context    = "images/sample"
  dockerfile = "Dockerfile"
  tags       = ["${REGISTRY}/sample:${VERSION}"]
}

target "runner-development" {
  context    = "images/runner"
  dockerfile = "Dockerfile.dev"
  tags       = ["ai-now/runner:development"]
}

target "debug-development" {
  context    = "images/debug"
  dockerfile = "Dockerfile.dev"
  tags       = ["ai-now/debug:development"]
}

target "sample-development" {
  context    = "images/sample"
  dockerfile = "Dockerfile.dev"
  tags       = ["ai-now/sample:development"]
}
