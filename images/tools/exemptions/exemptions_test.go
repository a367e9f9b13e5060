package exemptions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/exemptions"
)

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const good = `exemptions:
  - id: CVE-2026-12345
    image: runner
    owner: platform
    reason: the parser is not reachable
    expires: 2026-12-31
`

func TestExemptionsOfAnImageAreGivenToTheScanner(t *testing.T) {
	t.Parallel()
	list, err := exemptions.Parse([]byte(good), today)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, exemptions.Ignore(&out, list, "runner"))
	require.Equal(t, "# platform: the parser is not reachable\nCVE-2026-12345 exp:2026-12-31\n", out.String())
	out.Reset()
	require.NoError(t, exemptions.Ignore(&out, list, "sample"))
	require.Empty(t, out.String())
}

func TestAnExemptionHoldsThroughItsLastDay(t *testing.T) {
	t.Parallel()
	content := []byte(strings.Replace(good, "2026-12-31", "2026-11-23", 1))
	_, err := exemptions.Parse(content, today)
	require.NoError(t, err)
	_, err = exemptions.Parse(content, today.AddDate(0, 0, 1))
	require.ErrorContains(t, err, "that of CVE-2026-12345 in runner has expired on 2026-11-23; fix it, or let platform say again why it may stay")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ part, instead, says string }{
		"an id that is none":         {"CVE-2026-12345", "that one", `exemptions[0].id is "that one"`},
		"an image that there is not": {"image: runner", "image: runer", `exemptions[0].image is "runer"; it takes runner, debug, sample`},
		"nobody answers for it":      {"owner: platform", `owner: ""`, "exemptions[0].owner"},
		"a reason that is none":      {"the parser is not reachable", "later", `exemptions[0].reason is "later"`},
		"a day that is none":         {"2026-12-31", "soon", `exemptions[0].expires is "soon"; it takes a day`},
		"a day that is too far away": {"2026-12-31", "2030-01-01", "it takes a day at most 90 days from now"},
		"a key that is none":         {"owner:", "ownr:", "field ownr not found"},
		"no day after which it ends": {"    expires: 2026-12-31\n", "", `exemptions[0].expires is ""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, good, c.part)
			_, err := exemptions.Parse([]byte(strings.Replace(good, c.part, c.instead, 1)), today)
			require.ErrorContains(t, err, c.says)
		})
	}
}
