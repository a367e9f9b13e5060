package lock

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// hub is the registry that docker.io stands for.
const hub = "registry-1.docker.io"

// accepted are the forms of an index of all platforms.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
const accepted = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"

var challenge = regexp.MustCompile(`(realm|service|scope)="([^"]*)"`)

// Resolve asks the registry for the digest of the base's tag, and returns the base with it.
func Resolve(ctx context.Context, client *http.Client, base Base) (Base, error) {
	registry, repository, _ := strings.Cut(base.Name, "/")
	if registry == "docker.io" {
		registry = hub
	}
	address := "https://" + registry + "/v2/" + repository + "/manifests/" + base.Tag
	code, header, err := head(ctx, client, address, "")
	if err != nil {
		return Base{}, err
	}
	if code == http.StatusUnauthorized {
		token, err := anonymous(ctx, client, header.Get("WWW-Authenticate"))
		if err != nil {
			return Base{}, err
		}
		if code, header, err = head(ctx, client, address, token); err != nil {
			return Base{}, err
		}
	}
	told := header.Get("Docker-Content-Digest")
	if code != http.StatusOK || !digest.MatchString(told) {
		return Base{}, fmt.Errorf("%s answers %d with the digest %q", address, code, told)
	}
	base.Digest, base.Source = told, address
	return base, nil
}

func head(ctx context.Context, client *http.Client, address, token string) (code int, header http.Header, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, http.NoBody)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Accept", accepted)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	return response.StatusCode, response.Header, response.Body.Close()
}

// anonymous gets a token that anybody may have, from where the registry sends its callers.
// https://distribution.github.io/distribution/spec/auth/token/
func anonymous(ctx context.Context, client *http.Client, header string) (string, error) {
	fields := map[string]string{}
	for _, match := range challenge.FindAllStringSubmatch(header, -1) {
		fields[match[1]] = match[2]
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		fields["realm"]+"?"+url.Values{"service": {fields["service"]}, "scope": {fields["scope"]}}.Encode(), http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Token == "" {
		return "", fmt.Errorf("%s gives no token: %s", fields["realm"], response.Status)
	}
	return answer.Token, nil
}
