package labels

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var shop = Owner{Environment: "prod", Team: "shop", CostCenter: "1000", DataClassification: "internal"}

func TestOwnerIsWrittenForEachSystem(t *testing.T) {
	t.Parallel()

	t.Run("a Kubernetes object gets the recommended and the platform's labels", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, map[string]string{
			"app.kubernetes.io/name":        "storefront",
			"app.kubernetes.io/version":     "2.53",
			"app.kubernetes.io/part-of":     "ai-now",
			"app.kubernetes.io/managed-by":  "pulumi",
			"ai-now.io/environment":         "prod",
			"ai-now.io/team":                "shop",
			"ai-now.io/cost-center":         "1000",
			"ai-now.io/data-classification": "internal",
		}, shop.Kubernetes(App{Name: "storefront", Version: "2.53"}))
	})
	t.Run("a Google Cloud label has no capital letter", func(t *testing.T) {
		t.Parallel()
		for key := range shop.GCP() {
			require.Regexp(t, regexp.MustCompile(`^[a-z][a-z0-9_-]*$`), key)
		}
	})
	t.Run("DigitalOcean tags are key:value words in a stable order", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, []string{
			"cost-center:1000", "data-classification:internal", "environment:prod", "managed-by:pulumi", "team:shop",
		}, shop.DigitalOcean())
	})
	t.Run("an AWS resource without a name gets no Name tag", func(t *testing.T) {
		t.Parallel()
		require.NotContains(t, shop.AWS(""), "Name")
		require.Equal(t, "vpc", shop.AWS("vpc")["Name"])
	})
}

func TestLabelValueAlwaysFits(t *testing.T) {
	t.Parallel()
	valid := regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$`)
	for _, in := range []string{
		"", "2.53", "v1+build", "sha256:0123456789012345678901234567890123456789012345678901234567890123", "-.-", "ümlaut",
	} {
		require.Regexp(t, valid, labelValue(in), "label value made of %q", in)
	}
}
