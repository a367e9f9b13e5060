package build

import (
	"fmt"
	"strings"
	"time"
)

// Markers in the page between which the table stands.
const (
	tableBegins = "<!-- measured by make images -->\n"
	tableEnds   = "<!-- end of what was measured -->\n"
)

// Table writes what was measured as Markdown. Images of which nothing is known are not in it.
func Table(engine string, standIns []StandIn, measured []Measured) string {
	var b strings.Builder
	b.WriteString(tableBegins + "\n")
	fmt.Fprintf(&b, "Built by %s.\n\n", engine)
	b.WriteString("| image | to pull | unpacked | layers of its own | start | memory at most |\n| --- | --- | --- | --- | --- | --- |\n")
	for i := range measured {
		m := &measured[i]
		peak := "not measured"
		if m.Peak > 0 {
			peak = size(m.Peak) + " of " + size(m.Image.Memory)
		}
		fmt.Fprintf(&b, "| %s | %s of %s | %s | %s of %d | %s | %s |\n", m.Image.Name,
			size(m.Pull()), size(m.Image.Budget.Pull), size(m.Disk()), own(m), m.Image.Budget.Layers, m.Start.Round(time.Millisecond), peak)
	}
	b.WriteString("\n\"Of\" is the budget that `make images` keeps; layers are with their size to pull. " +
		"The start of `sample` is the time until /healthz answers, that of the others the time its programs take to tell their versions; each the middle of five.\n\n")
	if len(standIns) > 0 {
		b.WriteString("No registry was asked. What stood in for the base images:\n\n| base | stand-in |\n| --- | --- |\n")
		for _, s := range standIns {
			fmt.Fprintf(&b, "| `%s:%s` | %s |\n", s.Base.Name, s.Base.Tag, s.Is)
		}
		b.WriteString("\n")
	}
	b.WriteString("Seen of the running container of `sample`:\n\n")
	for i := range measured {
		if measured[i].Image.Name == "sample" {
			for _, proof := range measured[i].Proofs {
				b.WriteString("- " + proof + "\n")
			}
		}
	}
	return b.String() + "\n" + tableEnds
}

func own(m *Measured) string {
	var sizes []string
	for _, layer := range m.Layers[len(m.Layers)-m.OwnLayers:] {
		sizes = append(sizes, size(layer.Pull))
	}
	return fmt.Sprintf("%d (%s)", m.OwnLayers, strings.Join(sizes, ", "))
}

// size in mebibytes, or in kibibytes where that would be nothing.
func size(bytes int64) string {
	if bytes < mib/10 {
		return fmt.Sprintf("%.1f KiB", float64(bytes)/1024)
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/mib)
}

// Replace puts the table into a page.
func Replace(page, table string) (string, error) {
	before, rest, found := strings.Cut(page, tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !found || !ends {
		return "", fmt.Errorf("the page has no place for the table; put %q and %q there", strings.TrimSpace(tableBegins), strings.TrimSpace(tableEnds))
	}
	return before + table + after, nil
}
