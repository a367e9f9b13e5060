package spec

import (
	"fmt"
	"net/mail"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// Audit says what becomes of the control plane's logs.
type Audit struct {
	// RetentionDays is how long they are kept; 0 means [DefaultRetentionDays].
	RetentionDays int
	// Notify lists e-mail addresses that are told of sensitive events.
	Notify []string
}

// DefaultRetentionDays keeps the logs for a year: PCI DSS 4.0, requirement
// 10.5.1, asks for twelve months.
const DefaultRetentionDays = 365

// Retention is how many days the logs are kept.
func (a Audit) Retention() int {
	if a.RetentionDays == 0 {
		return DefaultRetentionDays
	}
	return a.RetentionDays
}

func (c *Cluster) checkAudit(list *check.List, cloud catalog.Cloud) {
	a, path := c.Audit, catalog.SettingAudit
	if cloud.Settings[path] == catalog.Refused {
		return
	}
	if days := a.RetentionDays; days != 0 && !cloud.RetentionDays(days) {
		list.Add(path+".retentionDays", days, fmt.Sprintf("is not a time %s keeps logs for", cloud.Name), cloud.RetentionHint)
	}
	for i, address := range a.Notify {
		if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
			list.Add(fmt.Sprintf("%s.notify[%d]", path, i), address, "is not an e-mail address", "write it as security@example.com")
		}
	}
}
