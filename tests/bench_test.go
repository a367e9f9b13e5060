package tests

import (
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkStacks times what a user waits for, with the tools built: each run is a whole launcher run. It is made for
// -benchtime 1x; the runs of a stack stand on one another.
func BenchmarkStacks(b *testing.B) {
	s := newSandbox(b)
	s.must(b, "build") // the launcher itself, too, is built before the clock starts
	for _, stack := range []string{"dev", "prod"} {
		for _, run := range []struct {
			name string
			args []string
		}{
			{"preview of a stack that is not there", []string{"preview"}},
			{"up from nothing", []string{"up"}},
			{"up without changes", []string{"up"}},
			{"drift check", []string{"drift"}},
			{"destroy", []string{"destroy"}},
		} {
			b.Run(stack+"/"+run.name, func(b *testing.B) {
				var output string
				var taken time.Duration
				for range b.N {
					started := time.Now()
					output = s.must(b, append(run.args, "--stack", stack)...)
					taken += time.Since(started)
				}
				b.ReportMetric(0, "ns/op") // leaves the column out: seconds are what a user counts
				b.ReportMetric(taken.Seconds()/float64(b.N), "s/op")
				b.ReportMetric(float64(resourcesIn(b, output)), "resources")
			})
		}
	}
}

// resourcesIn returns how many resources the engine's last summary counts.
func resourcesIn(b *testing.B, output string) int {
	b.Helper()
	matches := regexp.MustCompile(`(\d+) (?:to create|created|unchanged|deleted)`).FindAllStringSubmatch(output, -1)
	require.NotEmpty(b, matches, output)
	count, err := strconv.Atoi(matches[len(matches)-1][1])
	require.NoError(b, err)
	return count
}
