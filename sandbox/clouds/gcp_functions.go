package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func gcpGetZones(e *Env, args props.Object) (props.Object, error) {
	region := props.StrOr(args, "region", e.Region)
	zones := gcpZonesOf(region)
	if zones == nil {
		return nil, e.Errorf("getZones: %q is no region of Google Cloud", region)
	}
	return props.Object{"id": "projects/" + props.StrOr(args, "project", e.Project) + "/regions/" + region, "names": zones, "region": region, "project": props.StrOr(args, "project", e.Project)}, nil
}

func gcpGetProject(e *Env, args props.Object) (props.Object, error) {
	id := props.StrOr(args, "projectId", e.Project)
	if id == "" {
		return nil, e.Errorf("getProject: projectId is not set, and the provider has no project")
	}
	return props.Object{
		"id": "projects/" + id, "projectId": id, "name": id, "number": gcpProjectNumber(id),
		"autoCreateNetwork": true, "billingAccount": "", "folderId": "", "orgId": "", "labels": props.Object{}, "effectiveLabels": props.Object{}, "pulumiLabels": props.Object{}, "skipDelete": false, "deletionPolicy": "",
	}, nil
}

// gcpProjectNumber is the number of a project: twelve digits, always the same for one id.
func gcpProjectNumber(project string) string {
	return fmt.Sprintf("%012d", 100_000_000_000+hashed("project", project)%900_000_000_000)
}

func gcpGetEngineVersions(e *Env, args props.Object) (props.Object, error) {
	location := props.StrOr(args, "location", e.Region)
	valid := []string{}
	if strings.HasPrefix(gkeLatest, props.Str(args, "versionPrefix")) {
		valid = append(valid, gkeLatest)
	}
	latest := ""
	if len(valid) > 0 {
		latest = gkeLatest
	}
	return props.Object{
		"id": location, "location": location, "project": e.Project, "versionPrefix": args["versionPrefix"],
		"defaultClusterVersion": gkeLatest, "latestMasterVersion": latest, "latestNodeVersion": latest,
		"validMasterVersions": valid, "validNodeVersions": valid,
		"releaseChannelDefaultVersion": props.Object{"RAPID": gkeLatest, "REGULAR": gkeLatest, "STABLE": gkeLatest},
		"releaseChannelLatestVersion":  props.Object{"RAPID": gkeLatest, "REGULAR": gkeLatest, "STABLE": gkeLatest},
	}, nil
}

// gcpGetStorageAgent gives the account that Cloud Storage encrypts and notifies with in a project.
func gcpGetStorageAgent(e *Env, args props.Object) (props.Object, error) {
	project := props.StrOr(args, "project", e.Project)
	if project == "" {
		return nil, e.Errorf("getProjectServiceAccount: project is not set, and the provider has none")
	}
	email := gcpAgent(project, "storage.googleapis.com")
	return props.Object{"id": email, "emailAddress": email, "member": "serviceAccount:" + email, "project": project, "userProject": args["userProject"]}, nil
}
