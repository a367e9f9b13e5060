package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
)

// Reference writes what the clouds have as Markdown, from their tables.
func Reference() string {
	var b strings.Builder
	for _, c := range All() {
		fmt.Fprintf(&b, "### %s\n\n| type | named by | replaced when one of these changes | beyond keeping it |\n|---|---|---|---|\n", c.Name)
		for _, t := range c.Types {
			named := ""
			if t.Autoname != nil {
				named = "`" + t.Autoname.Property + "`"
			}
			does := t.Does
			if does == "" {
				does = "nothing"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", t.Token, named, code(t.Immutable), does)
		}
		fmt.Fprintf(&b, "\nFunctions: %s.\n\n", code(props.SortedKeys(c.Functions)))
	}
	b.WriteString("### Instance types\n\n")
	for _, c := range []*nodes.Catalog{nodes.AWS, nodes.GCP, nodes.DigitalOcean} {
		fmt.Fprintf(&b, "- %s: %s.\n", c.Cloud, families(c))
	}
	return b.String()
}

func code(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// families shortens the names of a catalog to those of its families, with the number of sizes each has.
func families(c *nodes.Catalog) string {
	count := map[string]int{}
	for _, name := range c.Names() {
		f, _, _ := strings.Cut(name, ".")
		if c != nodes.AWS {
			f = beforeLast(name, "-")
			if c == nodes.DigitalOcean {
				f, _, _ = strings.Cut(name, "-")
			}
		}
		count[f]++
	}
	var out []string
	for _, f := range props.SortedKeys(count) {
		out = append(out, fmt.Sprintf("`%s` (%d)", f, count[f]))
	}
	return strings.Join(out, ", ")
}
