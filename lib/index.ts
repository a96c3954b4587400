/** The whole public vocabulary of a scenario. */
/// <reference types="node" preserve="true" />

export type { Lab, Scenario } from './lab/lab.ts'
export { capture, type PacketPattern } from './language/checks/capture.ts'
export type { Check } from './language/checks/check.ts'
export { type Packet, packets } from './language/checks/kinds/tcpdump.ts'
export { matrix, type Node } from './language/checks/matrix.ts'
export { kernelHas, output } from './language/checks/output.ts'
export type { Command, Place, Read } from './language/command.ts'
export { image } from './language/docker/image.ts'
export { type Lan, lan } from './language/lan.ts'
export type { Cidr, IfName, Ipv4 } from './language/names.ts'
export type { Container, Netns } from './language/place.ts'
export { gateway } from './language/recipes.ts'
export { type Server, server } from './language/server.ts'
export { line, mesh, star, type Topology, type TopologyNode, tree } from './language/topologies.ts'
export { scenario } from './scenario.ts'
export { type OpenLab, withLab } from './with-lab.ts'
