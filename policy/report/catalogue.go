package report

import (
	"embed"
	"fmt"

	"sigs.k8s.io/yaml"
)

//go:embed catalogue/*.yaml
var catalogueFiles embed.FS

// listed is a framework of which all controls are known.
type listed struct {
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Sections []section `json:"sections"`
}

type section struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Outside is why no rule can answer to the section's controls.
	Outside  string          `json:"outside,omitempty"`
	Controls []listedControl `json:"controls"`
}

type listedControl struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Automated bool   `json:"automated,omitempty"`
	Outside   string `json:"outside,omitempty"`
}

// catalogue is what is known of frameworks, by name and version. A mistake in the
// files that come with the program is found by its tests.
func catalogue() map[string]listed {
	all := map[string]listed{}
	entries, err := catalogueFiles.ReadDir("catalogue")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		content, err := catalogueFiles.ReadFile("catalogue/" + entry.Name())
		if err != nil {
			panic(err)
		}
		var l listed
		if err := yaml.UnmarshalStrict(content, &l); err != nil {
			panic(fmt.Sprintf("%s: %v", entry.Name(), err))
		}
		all[l.Name+" "+l.Version] = l
	}
	return all
}
