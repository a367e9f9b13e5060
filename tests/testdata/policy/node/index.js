// One hundred rules over the kinds that the platform's pack looks at, on npm's @pulumi/policy. They are what a benchmark
// compares with, not a pack to use: each asks what a rule of the platform asks, as directly as JavaScript can.
"use strict";

const { PolicyPack } = require("@pulumi/policy");

const podSpecs = {
    "kubernetes:core/v1:Pod": (o) => o.spec,
    "kubernetes:apps/v1:Deployment": (o) => o.spec.template.spec,
    "kubernetes:apps/v1:StatefulSet": (o) => o.spec.template.spec,
    "kubernetes:apps/v1:DaemonSet": (o) => o.spec.template.spec,
    "kubernetes:apps/v1:ReplicaSet": (o) => o.spec.template.spec,
    "kubernetes:batch/v1:Job": (o) => o.spec.template.spec,
    "kubernetes:batch/v1:CronJob": (o) => o.spec.jobTemplate.spec.template.spec,
};

const security = (c) => c.securityContext || {};
const amount = (c, kind, name) => ((c.resources || {})[kind] || {})[name];
const probe = (c, kind) => c[kind] || {};
const added = (c) => ((security(c).capabilities || {}).add || []);

// What every container must keep.
const containers = {
    "privileged": (c) => !security(c).privileged,
    "escalation": (c) => security(c).allowPrivilegeEscalation === false,
    "read-only": (c) => security(c).readOnlyRootFilesystem === true,
    "non-root": (c, p) => security(c).runAsNonRoot || (p.securityContext || {}).runAsNonRoot,
    "root-user": (c) => security(c).runAsUser !== 0,
    "root-group": (c) => security(c).runAsGroup !== 0,
    "seccomp": (c, p) => security(c).seccompProfile || (p.securityContext || {}).seccompProfile,
    "seccomp-off": (c) => (security(c).seccompProfile || {}).type !== "Unconfined",
    "proc-mount": (c) => (security(c).procMount || "Default") === "Default",
    "drop-all": (c) => ((security(c).capabilities || {}).drop || []).includes("ALL"),
    "sys-admin": (c) => !added(c).includes("SYS_ADMIN"),
    "net-raw": (c) => !added(c).includes("NET_RAW"),
    "net-admin": (c) => !added(c).includes("NET_ADMIN"),
    "sys-ptrace": (c) => !added(c).includes("SYS_PTRACE"),
    "selinux": (c) => !(security(c).seLinuxOptions || {}).user,
    "windows": (c) => !(security(c).windowsOptions || {}).hostProcess,
    "image-set": (c) => typeof c.image === "string" && c.image.length > 0,
    "image-tag": (c) => /:[^/]+$/.test(c.image) || c.image.includes("@"),
    "image-latest": (c) => !c.image.endsWith(":latest"),
    "image-registry": (c) => c.image.split("/")[0].includes("."),
    "image-hub": (c) => !c.image.startsWith("docker.io/"),
    "pull-policy": (c) => (c.imagePullPolicy || "IfNotPresent") !== "Never",
    "cpu-request": (c) => amount(c, "requests", "cpu") !== undefined,
    "memory-request": (c) => amount(c, "requests", "memory") !== undefined,
    "memory-limit": (c) => amount(c, "limits", "memory") !== undefined,
    "memory-equal": (c) => amount(c, "limits", "memory") === amount(c, "requests", "memory"),
    "cpu-limit": (c) => amount(c, "limits", "cpu") === undefined,
    "host-port": (c) => (c.ports || []).every((p) => !p.hostPort),
    "ssh-port": (c) => (c.ports || []).every((p) => p.containerPort !== 22),
    "low-port": (c) => (c.ports || []).every((p) => p.containerPort >= 1024),
    "port-name": (c) => (c.ports || []).every((p) => p.name),
    "port-protocol": (c) => (c.ports || []).every((p) => ["TCP", "UDP", "SCTP"].includes(p.protocol || "TCP")),
    "env-password": (c) => (c.env || []).every((e) => !/password/i.test(e.name) || e.valueFrom),
    "env-token": (c) => (c.env || []).every((e) => !/token/i.test(e.name) || e.valueFrom),
    "env-key": (c) => (c.env || []).every((e) => !/^AKIA/.test(e.value || "")),
    "env-secret": (c) => (c.env || []).every((e) => !/secret/i.test(e.name) || e.valueFrom),
    "env-once": (c) => new Set((c.env || []).map((e) => e.name)).size === (c.env || []).length,
    "probe-period": (c) => (probe(c, "livenessProbe").periodSeconds || 10) >= 5,
    "probe-failures": (c) => (probe(c, "livenessProbe").failureThreshold || 3) >= 3,
    "probe-timeout": (c) => (probe(c, "readinessProbe").timeoutSeconds || 1) <= 30,
    "probe-host": (c) => !(probe(c, "livenessProbe").httpGet || {}).host,
    "probe-command": (c) => !probe(c, "livenessProbe").exec || probe(c, "livenessProbe").exec.command.length > 0,
    "stop-host": (c) => !((((c.lifecycle || {}).preStop || {}).httpGet) || {}).host,
    "mount-root": (c) => (c.volumeMounts || []).every((m) => m.mountPath !== "/"),
    "mount-etc": (c) => (c.volumeMounts || []).every((m) => !m.mountPath.startsWith("/etc/kubernetes")),
    "mount-token": (c) => (c.volumeMounts || []).every((m) => !m.mountPath.startsWith("/var/run/secrets")),
    "mount-both-ways": (c) => (c.volumeMounts || []).every((m) => m.mountPropagation !== "Bidirectional"),
    "devices": (c) => (c.volumeDevices || []).length === 0,
    "terminal": (c) => !c.tty,
    "input": (c) => !c.stdin,
};

// What every pod must keep.
const pods = {
    "host-network": (p) => !p.hostNetwork,
    "host-pid": (p) => !p.hostPID,
    "host-ipc": (p) => !p.hostIPC,
    "host-users": (p) => p.hostUsers !== true,
    "host-path": (p) => (p.volumes || []).every((v) => !v.hostPath),
    "volume-nfs": (p) => (p.volumes || []).every((v) => !v.nfs),
    "volume-git": (p) => (p.volumes || []).every((v) => !v.gitRepo),
    "scratch-bound": (p) => (p.volumes || []).every((v) => !v.emptyDir || v.emptyDir.sizeLimit),
    "token": (p) => p.automountServiceAccountToken === false || p.serviceAccountName,
    "account": (p) => p.serviceAccountName !== "default",
    "old-account": (p) => !p.serviceAccount || p.serviceAccountName,
    "links": (p) => p.enableServiceLinks === false || p.enableServiceLinks === undefined,
    "shared-pid": (p) => !p.shareProcessNamespace,
    "sysctls": (p) => ((p.securityContext || {}).sysctls || []).length === 0,
    "fs-group": (p) => (p.securityContext || {}).fsGroup !== 0,
    "groups": (p) => !((p.securityContext || {}).supplementalGroups || []).includes(0),
    "node-name": (p) => !p.nodeName,
    "scheduler": (p) => (p.schedulerName || "default-scheduler") === "default-scheduler",
    "priority": (p) => !["system-node-critical"].includes(p.priorityClassName),
    "grace": (p) => (p.terminationGracePeriodSeconds || 30) <= 600,
    "tolerates-all": (p) => (p.tolerations || []).every((t) => t.key || t.operator !== "Exists"),
    "dns": (p) => (p.dnsPolicy || "ClusterFirst") !== "None",
    "aliases": (p) => (p.hostAliases || []).length === 0,
    "spread": (p) => (p.topologySpreadConstraints || []).every((s) => s.maxSkew <= 5),
    "one-container": (p) => p.containers.length > 0,
    "names": (p) => new Set(p.containers.map((c) => c.name)).size === p.containers.length,
    "pull-secrets": (p) => (p.imagePullSecrets || []).every((s) => s.name),
    "readiness-gates": (p) => (p.readinessGates || []).length <= 5,
    "runtime-class": (p) => p.runtimeClassName !== "privileged",
    "restart": (p) => ["Always", "OnFailure", "Never", undefined].includes(p.restartPolicy),
};

const label = (o, name) => (((o.metadata || {}).labels) || {})[name];

// What every object must keep, by its type.
const objects = {
    "owner": [/^kubernetes:apps/, (o) => label(o, "ai-now.io/team")],
    "cost": [/^kubernetes:apps/, (o) => label(o, "ai-now.io/cost-center")],
    "environment": [/^kubernetes:apps/, (o) => label(o, "ai-now.io/environment")],
    "name-label": [/^kubernetes:apps/, (o) => label(o, "app.kubernetes.io/name")],
    "namespace": [/^kubernetes:apps/, (o) => o.metadata.namespace !== "default"],
    "history": [/:Deployment$/, (o) => (o.spec.revisionHistoryLimit || 10) <= 10],
    "strategy": [/:Deployment$/, (o) => (o.spec.strategy || {}).type !== "Recreate"],
    "node-port": [/:Service$/, (o) => o.spec.type !== "NodePort"],
    "external-ip": [/:Service$/, (o) => (o.spec.externalIPs || []).length === 0],
    "external-name": [/:Service$/, (o) => o.spec.type !== "ExternalName"],
    "source-ranges": [/:Service$/, (o) => o.spec.type !== "LoadBalancer" || (o.spec.loadBalancerSourceRanges || []).length > 0],
    "selector": [/:Service$/, (o) => Object.keys(o.spec.selector || {}).length > 0],
    "account-token": [/:ServiceAccount$/, (o) => o.automountServiceAccountToken === false],
    "policy-types": [/:NetworkPolicy$/, (o) => (o.spec.policyTypes || []).length > 0],
    "policy-world": [/:NetworkPolicy$/, (o) => (o.spec.ingress || []).every((i) => (i.from || []).every((f) => !f.ipBlock || f.ipBlock.cidr !== "0.0.0.0/0"))],
    "budget": [/:PodDisruptionBudget$/, (o) => o.spec.maxUnavailable !== 0],
    "quota": [/:ResourceQuota$/, (o) => Object.keys(o.spec.hard || {}).length > 0],
    "class-expands": [/:StorageClass$/, (o) => o.allowVolumeExpansion !== false || o.provisioner.includes("efs")],
    "class-waits": [/:StorageClass$/, (o) => o.volumeBindingMode !== "Immediate" || o.provisioner.includes("efs") || o.provisioner.includes("filestore")],
    "namespace-level": [/:Namespace$/, (o) => label(o, "pod-security.kubernetes.io/enforce")],
};

function rule(name, check) {
    return {
        name: name,
        description: "Keeps " + name + ".",
        enforcementLevel: "mandatory",
        validateResource: check,
    };
}

const policies = [];
for (const [name, holds] of Object.entries(containers)) {
    policies.push(rule("container-" + name, (args, report) => {
        const podSpec = podSpecs[args.type];
        if (!podSpec) return;
        const pod = podSpec(args.props);
        for (const c of [...(pod.containers || []), ...(pod.initContainers || []), ...(pod.ephemeralContainers || [])]) {
            if (!holds(c, pod)) report(`container ${c.name} does not keep ${name}`);
        }
    }));
}
for (const [name, holds] of Object.entries(pods)) {
    policies.push(rule("pod-" + name, (args, report) => {
        const podSpec = podSpecs[args.type];
        if (podSpec && !holds(podSpec(args.props))) report(`the pod does not keep ${name}`);
    }));
}
for (const [name, [type, holds]] of Object.entries(objects)) {
    policies.push(rule("object-" + name, (args, report) => {
        if (type.test(args.type) && !holds(args.props)) report(`the object does not keep ${name}`);
    }));
}

// BENCHMARK_RULES limits how many there are.
const wanted = Number(process.env.BENCHMARK_RULES || policies.length);
new PolicyPack("equal", { policies: policies.slice(0, wanted) });
