package dockerfiles_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/dockerfiles"
	"github.com/ai-now/platform/images/tools/finding"
	"github.com/ai-now/platform/images/tools/lock"
)

var (
	sum   = "sha256:" + strings.Repeat("ab", 32)
	bases = lock.Lock{Bases: []lock.Base{
		{Name: "docker.io/library/alpine", Tag: "3.24.2", Digest: sum},
		{Name: "docker.io/library/golang", Tag: "1.26.8-alpine3.24", Digest: sum},
		{Name: "docker.io/library/busybox", Tag: "1.37.0", Digest: lock.Unknown},
	}}
)

// good is a Dockerfile with nothing wrong; cases change a part of it.
var good = `FROM --platform=$BUILDPLATFORM docker.io/library/golang:1.26.8-alpine3.24@` + sum + ` AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build go build -o /out/app .

FROM docker.io/library/alpine:3.24.2@` + sum + ` AS app
ARG VERSION=0.0.0-dev
LABEL org.opencontainers.image.title="app" org.opencontainers.image.description="an app" org.opencontainers.image.source="https://example.com" \
      org.opencontainers.image.licenses="Apache-2.0" org.opencontainers.image.version="$VERSION" org.opencontainers.image.revision="r" \
      org.opencontainers.image.created="1970-01-01T00:00:00Z" org.opencontainers.image.base.name="docker.io/library/alpine:3.24.2"
COPY --from=build /out/app /app
EXPOSE 8080
USER 65532:65532
HEALTHCHECK CMD ["/app", "healthcheck"]
ENTRYPOINT ["/app"]
`

func check(t *testing.T, name, content string) []finding.Finding {
	t.Helper()
	findings, err := dockerfiles.Check(t.Context(), name, []byte(content), bases)
	require.NoError(t, err)
	return findings
}

func TestNothingIsWrong(t *testing.T) {
	t.Parallel()
	require.Empty(t, check(t, "Dockerfile", good))
}

func TestRules(t *testing.T) {
	t.Parallel()
	alpine := "docker.io/library/alpine:3.24.2@" + sum
	for name, c := range map[string]struct{ part, instead, rule, says string }{
		"a base that the lock does not have": {alpine, "docker.io/library/debian:13@" + sum, "pinned-base", "docker.io/library/debian is not in bases.lock.yaml"},
		"a base by its tag alone":            {alpine, "docker.io/library/alpine:3.24.2", "pinned-base", "bases.lock.yaml has " + alpine},
		"a base that is the latest":          {alpine, "alpine:latest", "pinned-base", "the base is alpine:latest; bases.lock.yaml has"},
		"a base that nobody can read":        {alpine, "alpine:a:b", "pinned-base", "is no image"},
		"a copy from an image of nowhere":    {"COPY --from=build /out/app /app", "COPY --from=busybox:1 /bin/true /app", "pinned-base", "the base is busybox:1"},
		"a base without a known digest":      {"COPY --from=build /out/app /app", "COPY --from=docker.io/library/busybox:1.37.0 /bin/true /app", "unpinned-base", "unpinned base: no digest of docker.io/library/busybox:1.37.0 is known"},
		"an address that is added":           {"COPY --from=build", "ADD https://example.com/app /app\nCOPY --from=build", "no-add", "ADD fetches addresses"},
		"a build without a cache":            {"RUN --mount=type=cache,target=/root/.cache/go-build go", "RUN go", "cache-mount", "--mount=type=cache,target=/root/.cache/go-build"},
		"an index of packages that stays":    {"COPY --from=build", "RUN apk add curl\nCOPY --from=build", "no-package-cache", "use apk add --no-cache"},
		"root by default":                    {"USER 65532:65532\n", "", "non-root", "the image runs as root; end it with USER 65532:65532"},
		"a user by name":                     {"USER 65532:65532", "USER nobody", "non-root", `USER is "nobody"`},
		"root at the end":                    {"HEALTHCHECK CMD", "USER 0\nHEALTHCHECK CMD", "non-root", `USER is "0"`},
		"no program":                         {"ENTRYPOINT [\"/app\"]\n", "", "one-process", "has no ENTRYPOINT"},
		"a program behind a shell":           {`ENTRYPOINT ["/app"]`, "ENTRYPOINT /app", "one-process", "write it as a list"},
		"a shell that starts several":        {`ENTRYPOINT ["/app"]`, `ENTRYPOINT ["/bin/sh", "-c", "/a & /b"]`, "one-process", "starts a shell that starts others"},
		"a program that keeps several":       {`ENTRYPOINT ["/app"]`, `ENTRYPOINT ["/usr/bin/supervisord"]`, "one-process", "make an image of each"},
		"a label that is missing":            {`org.opencontainers.image.revision="r"`, `x="r"`, "labels", "these labels are missing: org.opencontainers.image.revision"},
		"a server nobody can ask":            {"HEALTHCHECK CMD [\"/app\", \"healthcheck\"]\n", "", "health-check", "the image serves and has no HEALTHCHECK"},
		"a health check behind a shell":      {`HEALTHCHECK CMD ["/app", "healthcheck"]`, "HEALTHCHECK CMD /app healthcheck", "health-check", "write it as a list"},
		"a program run on the other platform": {
			"COPY --from=build", "RUN adduser -D app\nCOPY --from=build", "copies-alone", "do it in a stage before, and COPY the result",
		},
		"a compiler in the end":       {"FROM " + alpine + " AS app", "FROM docker.io/library/golang:1.26.8-alpine3.24@" + sum + " AS app", "copies-alone", "is made on Alpine"},
		"a compiler that is emulated": {"FROM --platform=$BUILDPLATFORM ", "FROM ", "cross-compile", "write FROM --platform=$BUILDPLATFORM"},

		"a secret in an argument":      {"ARG VERSION=0.0.0-dev", "ARG VERSION=0.0.0-dev\nARG GITHUB_TOKEN", "buildkit/SecretsUsedInArgOrEnv", "GITHUB_TOKEN"},
		"a secret in the environment":  {"ARG VERSION=0.0.0-dev", "ARG VERSION=0.0.0-dev\nENV DB_PASSWORD=x", "buildkit/SecretsUsedInArgOrEnv", "DB_PASSWORD"},
		"a variable that is not there": {"WORKDIR /src", "ENV PATH=$PAHT:/x\nWORKDIR /src", "buildkit/UndefinedVar", "PAHT"},
		"a word that is none":          {"EXPOSE", "EXPOSES", "buildkit/error", "unknown instruction"},
		"a stage that is not there":    {"COPY --from=build", "COPY --from=biuld", "pinned-base", "biuld"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, good, c.part)
			found := check(t, "Dockerfile", strings.Replace(good, c.part, c.instead, 1))
			for _, f := range found {
				if f.Rule == c.rule && strings.Contains(f.Message, c.says) {
					return
				}
			}
			t.Fatalf("nothing says %s: %s; there is %v", c.rule, c.says, found)
		})
	}
}

func TestAnUnknownDigestIsToldButStopsOnlyAPublication(t *testing.T) {
	t.Parallel()
	found := check(t, "Dockerfile", strings.Replace(good, "COPY --from=build /out/app /app", "COPY --from=docker.io/library/busybox:1.37.0 /bin/true /app", 1))
	require.Len(t, found, 1)
	require.Empty(t, finding.Failing(found, false))
	require.Len(t, finding.Failing(found, true), 1)
}

func TestDevelopmentMayCompile(t *testing.T) {
	t.Parallel()
	development := strings.Replace(good, "COPY --from=build", "RUN adduser -D app\nCOPY --from=build", 1)
	development = strings.Replace(development, "docker.io/library/alpine:3.24.2@", "docker.io/library/golang:1.26.8-alpine3.24@", 1)
	require.Empty(t, check(t, "Dockerfile.dev", development))
}
