package lock

import (
	"regexp"
	"strings"
)

// RewriteLock puts the digest and source of a base into the text of the lock, whose comments stay.
func RewriteLock(text string, base Base) string {
	entry := regexp.MustCompile(`(?m)^(  - name: ` + regexp.QuoteMeta(base.Name) + `\n    tag: .*\n    digest: ).*\n    source: .*$`)
	return entry.ReplaceAllString(text, "${1}"+base.Digest+"\n    source: "+base.Source)
}

// RewriteDockerfile names the base by its new digest wherever the text names it by the old one.
func RewriteDockerfile(text string, old, base Base) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		words := strings.Split(line, " ")
		for j, word := range words {
			if word == old.Reference() {
				words[j] = base.Reference()
			}
		}
		lines[i] = strings.Join(words, " ")
	}
	return strings.Join(lines, "\n")
}
