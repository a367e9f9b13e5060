package gke

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// bounded fits a name into at most longest characters: a longer one is cut, and
// told apart by its hash.
func bounded(name string, longest int) string {
	const digits = 8
	if len(name) <= longest {
		return name
	}
	return strings.TrimRight(name[:longest-digits-1], "-") + "-" + digest(name, digits)
}

// digest is the beginning of a text's hash.
func digest(text string, digits int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:digits]
}

// accountID is the id of a service account, 6 to 30 characters. The kind before
// the name keeps nodes and pods apart, and short names long enough.
// https://cloud.google.com/iam/docs/service-accounts-create#creating
func accountID(kind, name string) string {
	const longest, shortest = 30, 6
	id := bounded(kind+"-"+name, longest)
	if len(id) < shortest {
		id += "-" + digest(name, shortest)
	}
	return id
}

// roleID is the id of a custom role, which takes no hyphens.
// https://cloud.google.com/iam/docs/creating-custom-roles
func roleID(cluster, role string) string {
	return strings.ReplaceAll(cluster, "-", "_") + "." + role
}
