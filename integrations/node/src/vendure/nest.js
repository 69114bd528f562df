// Nest and TypeORM describe classes by decorators. This file applies them to plain classes, so that the package needs no compiler.
import "reflect-metadata";

/** `decorators` of a class; `inject` are the tokens of its constructor's parameters. */
export function describeClass(target, { decorators = [], inject = [] }) {
  Reflect.defineMetadata("design:paramtypes", inject, target);
  return decorators.reduceRight((made, decorator) => decorator(made) ?? made, target);
}

/** One method of a resolver or controller, with a decorator for each of its parameters. */
export function describeMethod(target, name, { decorators, parameters }) {
  const { prototype } = target;
  Reflect.defineMetadata("design:paramtypes", parameters.map(() => Object), prototype, name);
  Reflect.defineMetadata("design:returntype", Promise, prototype, name);
  parameters.forEach((decorator, index) => decorator(prototype, name, index));
  for (const decorator of [...decorators].reverse()) decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
}

/** The columns of an entity. */
export function describeColumns(target, columns) {
  for (const [name, { type, decorator }] of Object.entries(columns)) {
    Reflect.defineMetadata("design:type", type, target.prototype, name);
    decorator(target.prototype, name);
  }
}
