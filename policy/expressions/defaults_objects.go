package expressions

import "encoding/base64"

func fillNamespace(o place) {
	metadata, ok := o.in("metadata")
	if !ok || metadata.fields["name"] == nil {
		return
	}
	if labels, ok := metadata.object("labels"); ok {
		labels.fields["kubernetes.io/metadata.name"] = metadata.same("name")
	}
}

// fillSecret writes stringData into data, as text in base64.
func fillSecret(o place) {
	o.or("type", "Opaque")
	texts, known := o.in("stringData")
	switch {
	case o.fields["stringData"] == nil:
		return
	case !known:
		o.fields["data"] = o.same("stringData")
		return
	}
	delete(o.fields, "stringData")
	data, ok := o.object("data")
	if !ok {
		return
	}
	for k := range texts.fields {
		if text, ok := texts.fields[k].(string); ok {
			data.fields[k] = base64.StdEncoding.EncodeToString([]byte(text))
		} else {
			data.fields[k] = texts.same(k)
		}
	}
}

func fillService(s place) {
	fillAffinity(s)
	s.or("type", "ClusterIP")
	for _, port := range s.each("ports") {
		port.or("protocol", "TCP")
		if port.fields["targetPort"] == nil || port.fields["targetPort"] == int64(0) || port.fields["targetPort"] == "" {
			port.fields["targetPort"] = port.same("port")
		}
	}
	if s.unknown("type") {
		for _, key := range []string{"externalTrafficPolicy", "internalTrafficPolicy", "allocateLoadBalancerNodePorts"} {
			s.or(key, s.same("type"))
		}
		return
	}
	typ := s.fields["type"]
	outside := typ == "NodePort" || typ == "LoadBalancer"
	if addresses, ok := s.fields["externalIPs"].([]any); outside || ok && len(addresses) > 0 && typ == "ClusterIP" {
		s.or("externalTrafficPolicy", "Cluster")
	} else if typ == "ClusterIP" && s.unknown("externalIPs") {
		s.or("externalTrafficPolicy", s.same("externalIPs"))
	}
	if outside || typ == "ClusterIP" {
		s.or("internalTrafficPolicy", "Cluster")
	}
	if typ == "LoadBalancer" {
		s.or("allocateLoadBalancerNodePorts", true)
	}
}

func fillAffinity(s place) {
	s.or("sessionAffinity", "None")
	switch {
	case s.unknown("sessionAffinity"):
		s.fields["sessionAffinityConfig"] = s.same("sessionAffinity")
	case s.fields["sessionAffinity"] == "None":
		delete(s.fields, "sessionAffinityConfig")
	case s.fields["sessionAffinity"] == "ClientIP":
		if config, ok := s.object("sessionAffinityConfig"); ok {
			if client, ok := config.object("clientIP"); ok {
				client.or("timeoutSeconds", int64(10800))
			}
		}
	}
}

func fillLimitRange(s place) {
	for _, limit := range s.each("limits") {
		if limit.unknown("type") {
			limit.fields["default"], limit.fields["defaultRequest"] = limit.same("type"), limit.same("type")
		}
		if limit.fields["type"] != "Container" {
			continue
		}
		for _, from := range [][2]string{{"max", "default"}, {"default", "defaultRequest"}, {"min", "defaultRequest"}} {
			limit.orEach(from[1], from[0])
		}
	}
}

// orEach sets in one object each field of another that nobody set.
func (p place) orEach(key, from string) {
	source, known := p.in(from)
	if !known {
		if p.unknown(from) && !p.unknown(key) {
			// Nothing can be said about the fields that are missing.
			p.fields[key] = p.same(from)
		}
		return
	}
	if len(source.fields) == 0 {
		return
	}
	if to, ok := p.object(key); ok {
		for k := range source.fields {
			to.or(k, source.same(k))
		}
	}
}

func fillClaim(s place) { s.or("volumeMode", "Filesystem") }

func fillVolumeOfCluster(s place) {
	s.or("volumeMode", "Filesystem")
	s.or("persistentVolumeReclaimPolicy", "Retain")
	if path, ok := s.in("hostPath"); ok {
		path.or("type", "")
	}
}

func fillNetworkPolicy(s place) {
	for _, direction := range []string{"ingress", "egress"} {
		for _, open := range s.each(direction) {
			for _, port := range open.each("ports") {
				port.or("protocol", "TCP")
			}
		}
	}
	switch {
	case s.fields["policyTypes"] != nil:
	case s.unknown("egress"):
		s.fields["policyTypes"] = s.same("egress")
	case s.fields["egress"] != nil:
		s.fields["policyTypes"] = []any{"Ingress", "Egress"}
	default:
		s.fields["policyTypes"] = []any{"Ingress"}
	}
}

func fillIngressClass(s place) {
	if parameters, ok := s.in("parameters"); ok {
		parameters.or("scope", "Cluster")
	}
}

func fillStorageClass(o place) {
	o.or("reclaimPolicy", "Delete")
	o.or("volumeBindingMode", "Immediate")
}

// fillRole writes a role without rules, as an aggregated one is, the way the API
// server does: with a null, which is neither missing nor a list.
func fillRole(o place) {
	if _, given := o.fields["rules"]; !given {
		o.fields["rules"] = nil
	}
}

func fillBinding(o place) {
	if role, ok := o.in("roleRef"); ok {
		if role.fields["apiGroup"] == "" {
			delete(role.fields, "apiGroup")
		}
		role.or("apiGroup", rbac)
	}
	for _, subject := range o.each("subjects") {
		switch kind := subject.fields["kind"]; {
		case kind == "User" || kind == "Group":
			subject.or("apiGroup", rbac)
		case isUnknown(kind):
			subject.or("apiGroup", subject.same("kind"))
		}
	}
}

func fillWebhooks(o place, mutating bool) {
	for _, hook := range o.each("webhooks") {
		hook.or("failurePolicy", "Fail")
		hook.or("matchPolicy", "Equivalent")
		hook.or("namespaceSelector", map[string]any{})
		hook.or("objectSelector", map[string]any{})
		hook.or("timeoutSeconds", int64(10))
		if mutating {
			hook.or("reinvocationPolicy", "Never")
		}
		for _, rules := range hook.each("rules") {
			rules.or("scope", "*")
		}
		if config, ok := hook.in("clientConfig"); ok {
			if service, ok := config.in("service"); ok {
				service.or("port", int64(443))
			}
		}
	}
}

func fillAPIService(s place) {
	if service, ok := s.in("service"); ok {
		service.or("port", int64(443))
	}
}
