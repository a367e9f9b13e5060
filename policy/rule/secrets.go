package rule

import (
	"slices"
	"strings"
)

const redacted = "[secret]"

// shortestRedacted is the length in bytes from which a secret is searched for
// in messages. Shorter ones would blot out ordinary words; they are hidden by
// Value.String, as all are.
const shortestRedacted = 4

// secretStrings collects the strings inside the secrets of a tree.
func secretStrings(data any, inSecret bool, found []string) []string {
	switch d := data.(type) {
	case Secret:
		return secretStrings(d.Plain, true, found)
	case map[string]any:
		for _, e := range d {
			found = secretStrings(e, inSecret, found)
		}
	case []any:
		for _, e := range d {
			found = secretStrings(e, inSecret, found)
		}
	case string:
		if inSecret && len(d) >= shortestRedacted {
			found = append(found, d)
		}
	}
	return found
}

// redact removes secrets from a message, the longest first, so that one inside
// another leaves nothing behind.
func redact(message string, secrets []string) string {
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, s := range secrets {
		message = strings.ReplaceAll(message, s, redacted)
	}
	return message
}
