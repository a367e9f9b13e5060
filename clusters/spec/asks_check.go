package spec

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// NotOffered is the mistake of asking a cloud for what it does not have.
func NotOffered(cloud catalog.Cloud, offer string) check.Mistake {
	hint := "remove it"
	if len(cloud.Offers) > 0 {
		hint = fmt.Sprintf("remove it; %s offers %s", cloud.Name, check.Choices(cloud.Offers))
	}
	return check.Mistake{Path: offer, Problem: "is not offered on " + cloud.Name, Hint: hint}
}

// repository is what all registries allow in a name: lower-case words, joined by
// slashes.
var repository = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$`)

// Mistakes returns what is wrong with the request for a registry.
func (a *RegistryArgs) Mistakes(cloud catalog.Cloud) []check.Mistake {
	var list check.List
	if len(a.Repositories) == 0 {
		list.Missing("repositories", "name the repositories to make, such as shop/storefront")
	}
	for i, name := range a.Repositories {
		path := fmt.Sprintf("repositories[%d]", i)
		// 200 characters leave room for what clouds put before the name:
		// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html allows 256.
		if !repository.MatchString(name) || len(name) > 200 {
			list.Add(path, name, "is not the name of a repository", "use at most 200 lower-case letters, digits, '.', '_' and '-', in parts joined by '/'")
		}
		if slices.Contains(a.Repositories[:i], name) {
			list.Add(path, name, "is named twice", "name each once")
		}
	}
	switch {
	case a.KeepImages < 0:
		list.Add("keepImages", a.KeepImages, "is less than nothing", "use 1 or more")
	case a.KeepImages > 0 && cloud.KeepsImages:
		list.Add("keepImages", a.KeepImages, "has no meaning on "+cloud.Name, "remove it: images are cleaned up by hand there, with doctl registry garbage-collection start")
	}
	return list.All()
}

// maxBucketName leaves room for the cluster's name before it and a random end
// within the 63 characters of a bucket's name.
const maxBucketName = 14

// Mistakes returns what is wrong with the request for a bucket.
func (a *BucketArgs) Mistakes(cloud catalog.Cloud) []check.Mistake {
	var list check.List
	list.DNSLabel("name", a.Name, maxBucketName)
	if a.ExpireDays < 0 {
		list.Add("expireDays", a.ExpireDays, "is less than nothing", "use 1 or more, or remove it to keep objects")
	}
	if a.NoncurrentDays < 0 {
		list.Add("noncurrentDays", a.NoncurrentDays, "is less than nothing", "use 1 or more")
	}
	if a.Key != nil && !slices.Contains(cloud.Offers, catalog.OfferKeys) {
		list.Add("key", a.Key.Name, "has no meaning on "+cloud.Name, "remove it: the cloud encrypts with keys of its own")
	}
	return list.All()
}

// Mistakes returns what is wrong with the request for a secret store.
func (a *SecretStoreArgs) Mistakes() []check.Mistake {
	var list check.List
	if !secretPrefix.MatchString(a.Prefix) {
		list.Add("prefix", a.Prefix, "is not the beginning of a secret's name",
			"use letters, digits, '-', '_' and '/', beginning with a letter or digit, such as shop/")
	}
	return list.All()
}
