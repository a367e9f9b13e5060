// Package profiles has ready-made configurations of the policy pack, as files
// that the engine takes too: pulumi preview --policy-pack-config policy/profiles/prod.json.
package profiles

import (
	"embed"
	"slices"
	"strings"
)

//go:embed *.json
var files embed.FS

// Names of the profiles, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	slices.Sort(names)
	return names
}

// Text is the profile's file. It panics when there is no such profile.
func Text(name string) []byte {
	text, err := files.ReadFile(name + ".json")
	if err != nil {
		panic(err)
	}
	return text
}
