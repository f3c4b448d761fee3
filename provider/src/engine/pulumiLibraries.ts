import { createRequire } from "node:module";

/** The gRPC library of Pulumi. Pulumi's generated services work only with objects of this copy. */
export function grpcOfPulumi(): typeof import("@grpc/grpc-js") {
    return fromPulumi("@grpc/grpc-js");
}

export function protobufOfPulumi<Module>(name: "struct_pb" | "empty_pb" | "any_pb"): Module {
    return fromPulumi(`google-protobuf/google/protobuf/${name}`);
}

/** Loads a dependency of `@pulumi/pulumi` without loading that package. */
function fromPulumi<Module>(name: string): Module {
    return createRequire(require.resolve("@pulumi/pulumi"))(name);
}
