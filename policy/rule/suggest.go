package rule

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// Suggest is the hint for a misspelt name: the name it is closest to, or all
// there are when none is close.
func Suggest(name string, known []string) string {
	best, distance := "", len(name)/2+1
	for _, k := range known {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(k), nil); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "there are " + strings.Join(known, ", ")
}
