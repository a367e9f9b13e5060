// Package exemptions reads the findings of a scanner that do not stop a publication, for a while.
package exemptions

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Longest is how long a finding may be exempted at a time.
const Longest = 90 * 24 * time.Hour

// Images that there are.
var Images = []string{"runner", "debug", "sample"}

// Exemption of a finding in an image.
type Exemption struct {
	ID      string `yaml:"id"`
	Image   string `yaml:"image"`
	Owner   string `yaml:"owner"`
	Reason  string `yaml:"reason"`
	Expires string `yaml:"expires"`
}

var id = regexp.MustCompile(`^(CVE-[0-9]{4}-[0-9]{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}|GO-[0-9]{4}-[0-9]{4,})$`)

// Parse reads the list and returns all its mistakes at once; one that has expired by today is a mistake.
func Parse(content []byte, today time.Time) ([]Exemption, error) {
	var file struct {
		Exemptions []Exemption `yaml:"exemptions"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, err
	}
	var mistakes []error
	for i, e := range file.Exemptions {
		mistake := func(field, value, allowed string) {
			mistakes = append(mistakes, fmt.Errorf("exemptions[%d].%s is %q; it takes %s", i, field, value, allowed))
		}
		if !id.MatchString(e.ID) {
			mistake("id", e.ID, "the id of a finding, such as CVE-2026-12345")
		}
		if !slices.Contains(Images, e.Image) {
			mistake("image", e.Image, strings.Join(Images, ", "))
		}
		if e.Owner == "" {
			mistake("owner", e.Owner, "the team that answers for it")
		}
		if len(strings.Fields(e.Reason)) < 3 {
			mistake("reason", e.Reason, "why the finding does no harm here, in a sentence")
		}
		expires, err := time.Parse(time.DateOnly, e.Expires)
		switch {
		case err != nil:
			mistake("expires", e.Expires, "a day, such as 2026-12-31")
		case !today.Before(expires.AddDate(0, 0, 1)):
			mistakes = append(mistakes, fmt.Errorf("exemptions[%d]: that of %s in %s has expired on %s; fix it, or let %s say again why it may stay", i, e.ID, e.Image, e.Expires, e.Owner))
		case expires.Sub(today) > Longest:
			mistake("expires", e.Expires, fmt.Sprintf("a day at most %d days from now", int(Longest.Hours()/24)))
		}
	}
	return file.Exemptions, errors.Join(mistakes...)
}

// Ignore writes the ids of an image's exemptions in the form of .trivyignore, a line each.
// https://trivy.dev/latest/docs/configuration/filtering/#trivyignore
func Ignore(out io.Writer, list []Exemption, image string) error {
	for _, e := range list {
		if e.Image != image {
			continue
		}
		if _, err := fmt.Fprintf(out, "# %s: %s\n%s exp:%s\n", e.Owner, e.Reason, e.ID, e.Expires); err != nil {
			return err
		}
	}
	return nil
}
