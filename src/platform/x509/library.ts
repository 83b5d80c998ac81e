// The library registers its classes by reflection, so reflect-metadata stands first wherever it is used.
import 'reflect-metadata';

export * from '@peculiar/x509';
