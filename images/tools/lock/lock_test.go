package lock_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/lock"
)

var sum = "sha256:" + strings.Repeat("ab", 32)

func TestParse(t *testing.T) {
	t.Parallel()
	source := "https://github.com/o/r/blob/" + strings.Repeat("1", 40) + "/Dockerfile"
	parsed, err := lock.Parse([]byte("bases:\n" +
		"  - {name: docker.io/library/alpine, tag: 3.24.2, digest: '" + sum + "', source: '" + source + "'}\n" +
		"  - {name: docker.io/library/golang, tag: 1.26.8, digest: unknown}\n"))
	require.NoError(t, err)
	alpine, found := parsed.Find("docker.io/library/alpine")
	require.True(t, found)
	require.Equal(t, "docker.io/library/alpine:3.24.2@"+sum, alpine.Reference())
	golang, _ := parsed.Find("docker.io/library/golang")
	require.False(t, golang.Pinned())
	require.Equal(t, "docker.io/library/golang:1.26.8", golang.Reference())
	_, found = parsed.Find("docker.io/library/debian")
	require.False(t, found)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ base, says string }{
		"a name without its registry":        {"{name: alpine, tag: '3', digest: unknown}", `bases[0].name is "alpine"; it takes a name with its registry`},
		"no version":                         {"{name: d/a, digest: unknown}", `bases[0].tag is ""`},
		"the latest version":                 {"{name: d/a, tag: latest, digest: unknown}", `bases[0].tag is "latest"; it takes a version`},
		"a digest that is none":              {"{name: d/a, tag: '3', digest: 'sha256:12'}", `bases[0].digest is "sha256:12"`},
		"a digest that comes from nowhere":   {"{name: d/a, tag: '3', digest: '" + sum + "'}", `bases[0].source is ""; it takes the address of a file at a commit`},
		"a digest of a branch, that changes": {"{name: d/a, tag: '3', digest: '" + sum + "', source: 'https://github.com/o/r/blob/main/Dockerfile'}", "bases[0].source is"},
		"a key that is none":                 {"{name: d/a, tag: '3', digets: unknown}", "field digets not found"},
		"an image twice":                     {"{name: d/a, tag: '3', digest: unknown}\n  - {name: d/a, tag: '4', digest: unknown}", `bases[1].name is "d/a"; it takes each image once`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := lock.Parse([]byte("bases:\n  - " + c.base + "\n"))
			require.ErrorContains(t, err, c.says)
		})
	}
}

// registry answers as the distribution specification says: a challenge, a token, the digest.
func registry(t *testing.T, digest string) *httptest.Server {
	t.Helper()
	var server *httptest.Server
	mux := http.NewServeMux()
	mux.HandleFunc("GET /token", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("scope") == "repository:library/alpine:pull" {
			_, _ = w.Write([]byte(`{"token": "anybody"}`))
		}
	})
	mux.HandleFunc("HEAD /v2/library/alpine/manifests/3.24.2", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer anybody" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+server.URL+`/token",service="registry",scope="repository:library/alpine:pull"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Docker-Content-Digest", digest)
	})
	server = httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestResolveAsksTheRegistry(t *testing.T) {
	t.Parallel()
	server := registry(t, sum)
	name := strings.TrimPrefix(server.URL, "https://") + "/library/alpine"
	base, err := lock.Resolve(t.Context(), server.Client(), lock.Base{Name: name, Tag: "3.24.2", Digest: lock.Unknown})
	require.NoError(t, err)
	require.Equal(t, lock.Base{Name: name, Tag: "3.24.2", Digest: sum, Source: server.URL + "/v2/library/alpine/manifests/3.24.2"}, base)
	_, err = lock.Resolve(t.Context(), server.Client(), lock.Base{Name: name, Tag: "9.9", Digest: lock.Unknown})
	require.ErrorContains(t, err, "404")
}

func TestResolveBelievesNoDigestThatIsNone(t *testing.T) {
	t.Parallel()
	server := registry(t, "sha256:12")
	_, err := lock.Resolve(t.Context(), server.Client(), lock.Base{Name: strings.TrimPrefix(server.URL, "https://") + "/library/alpine", Tag: "3.24.2"})
	require.ErrorContains(t, err, `with the digest "sha256:12"`)
}

func TestRewriteMovesTheLockAndWhatIsBuiltFromIt(t *testing.T) {
	t.Parallel()
	old := lock.Base{Name: "d/a", Tag: "3", Digest: lock.Unknown}
	updated := lock.Base{Name: "d/a", Tag: "3", Digest: sum, Source: "https://d/v2/a/manifests/3"}
	require.Equal(t, "# why\nbases:\n  - name: d/a\n    tag: \"3\"\n    digest: "+sum+"\n    source: https://d/v2/a/manifests/3\n",
		lock.RewriteLock("# why\nbases:\n  - name: d/a\n    tag: \"3\"\n    digest: unknown\n    source: \"\"\n", updated))
	require.Equal(t, "FROM d/a:3@"+sum+" AS x\nFROM d/a:30\n", lock.RewriteDockerfile("FROM d/a:3 AS x\nFROM d/a:30\n", old, updated))
}
